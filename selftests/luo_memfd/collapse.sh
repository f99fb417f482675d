#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With luo_memfd.collapse, small pages that are scattered in memory are replaced by huge ones
# when a file is preserved, if possible, and nothing is lost.
#
# vm: boot=pkram,pkram,pkram,stock mem=2G cpus=2
. ../luo_lib/policy.sh

case $STAGE in
1)	write newest && exec ./collapse save ;;
2)	write all && exec ./collapse pass ;;
3)	write memfd:0 && exec ./collapse pass ;;
4)	exec ./collapse check ;;
esac
