#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files in huge pages, through every version and into a stock kernel.
#
# vm: boot=pkram,pkram,pkram,stock
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./huge save ;;
2)	write newest && exec ./huge pass ;;
3)	write memfd:0 && exec ./huge pass ;;
4)	exec ./huge check ;;
esac
