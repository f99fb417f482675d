#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Large files are unchanged after they are retrieved by several processors, or by one.
#
# vm: boot=pkram,pkram,pkram,pkram mem=2G cpus=4
. ../luo_lib/policy.sh

threads() {
	echo "$1" >/sys/module/luo_memfd/parameters/threads
}

case $STAGE in
1)	write newest && exec ./threads save ;;
2)	write all && exec ./threads pass ;;
3)	write newest && threads 3 && exec ./threads pass ;;
4)	threads 1 && exec ./threads check ;;
esac
