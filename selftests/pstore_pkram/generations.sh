#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The last messages of the previous kernel, of every level, over a chain of kernels,
# and the end of these logs.
#
# vm: boot=pkram,pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "nothing is there at first" nothing_there
	result "and nothing is said" not_logged pstore_pkram:
	result "memory is taken" listed $lists/outgoing
	dmesg -n 1
	say "a message of the first kernel" ;;
2)
	result "one file" same "$(ls $pstore)" dmesg-pkram-0
	result "says whose log it is" headed 1
	result "has what no console showed" has "a message of the first kernel"
	result "has the beginning" has "Linux version $(uname -r)"
	result "ends with the last message" ends
	result "which is in this kernel's log" logged \
		"pstore_pkram: the last of "
	age=$(($(date +%s) - $(date -r $log +%s)))
	result "is of a time not long ago" \
		[ $age -ge 0 -a $age -lt 300 ]
	result "reads twice the same" same "$(cat $log)" "$(cat $log)"
	result "is claimed" unlisted $objects/unclaimed
	say "a message of the second kernel" ;;
3)
	result "says whose log it is" headed 2
	result "has a message of that kernel" has "a message of the second kernel"
	result "and none of the one before" has_not "a message of the first kernel"
	result "ends with the last message" ends
	result "delete" rm $log
	result "is gone" nothing_there
	result "unmount" umount $pstore
	result "mount" mount -t pstore none $pstore
	result "is gone for good" nothing_there ;;
4)
	result "says whose log it is" headed 3
	result "ends with the last message" ends
	result "unmount" umount $pstore
	result "mount" mount -t pstore none $pstore
	result "is there again" headed 3 ;;
esac
totals
