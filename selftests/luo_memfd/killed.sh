#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Programs that are killed while they preserve a file.
#
# vm: boot=pkram,pkram mem=1G
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./killed save ;;
2)	exec ./killed check ;;
esac
