#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A driver is updated, rolled back, and updated again: each version loads the state
# of the other one.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "load version 1" modprobe $v1 limit=50
	result "which it is" [ "$(cat /sys/module/$v1/version)" = 1 ]
	result "begins" shows total=0 limit=50 nr_kernels=1
	result "has no peak" [ ! -e $meter/peak ]
	result "reading" set_to reading 50
	result "above the limit" refused reading 51
	result "another limit" set_to limit 60
	result "reading up to that" set_to reading 55
	result "adds up" shows total=105 limit=60
	result "the next kernel's module reads it" \
		luoctl check --module $modules/$v2.ko /boot/"$FLAVOUR" ;;
2)
	result "load version 2" modprobe $v2 limit=7
	result "which it is" [ "$(cat /sys/module/$v2/version)" = 2 ]
	result "1 to 2" shows total=105 limit=60 nr_kernels=2 peak=0
	result "is claimed" unlisted $objects/unclaimed
	result "reading" set_to reading 60
	result "makes a peak" shows total=165 peak=60 ;;
3)
	result "load version 2" modprobe $v2
	result "2 to 2" shows total=165 limit=60 nr_kernels=3 peak=60
	result "another limit" set_to limit 90
	result "the module of the way back reads it" \
		luoctl check --module $modules/$v1.ko /boot/"$FLAVOUR" ;;
4)
	result "load version 1" modprobe $v1
	result "2 to 1" shows total=165 limit=90 nr_kernels=4
	result "reading" set_to reading 5 ;;
5)
	result "load version 2" modprobe $v2
	result "1 to 2 again" \
		shows total=170 limit=90 nr_kernels=5 peak=0 ;;
6)
	result "is there before it is claimed" \
		listed $objects/unclaimed
	result "load version 1" modprobe $v1
	result "2 to 1 again" shows total=170 limit=90 nr_kernels=6
	result "is claimed" unlisted $objects/unclaimed
	result "unload" rmmod $v1
	result "leaves nothing" unlisted $lists/outgoing ;;
esac
end_stage
