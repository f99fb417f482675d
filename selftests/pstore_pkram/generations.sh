#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# In each of a chain of kernels, pstore shows the last messages of the previous kernel, of
# every level. A log that is deleted stays deleted.
#
# vm: boot=pkram,pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "there is no log at first" nothing_there
	result "and nothing is logged" not_logged pstore_pkram:
	result "memory is allocated" listed $lists/outgoing
	dmesg -n 1
	say "a message of the first kernel" ;;
2)
	result "one file" same "$(ls $pstore)" dmesg-pkram-0
	result "it names its kernel" headed 1
	result "has messages that no console shows" has "a message of the first kernel"
	result "has the beginning" has "Linux version $(uname -r)"
	result "ends with the last message" ends
	result "which is in this kernel's log" logged \
		"pstore_pkram: the last of "
	age=$(($(date +%s) - $(date -r $log +%s)))
	result "its time is recent" \
		[ $age -ge 0 -a $age -lt 300 ]
	result "a second read has the same text" same "$(cat $log)" "$(cat $log)"
	result "is claimed" unlisted $objects/unclaimed
	say "a message of the second kernel" ;;
3)
	result "says whose log it is" headed 2
	result "has a message of that kernel" has "a message of the second kernel"
	result "and none of the one before" has_not "a message of the first kernel"
	result "ends with the last message" ends
	result "delete" rm $log
	result "is no longer shown" nothing_there
	result "unmount" umount $pstore
	result "mount" mount -t pstore none $pstore
	result "is still not shown" nothing_there ;;
4)
	result "says whose log it is" headed 3
	result "ends with the last message" ends
	result "unmount" umount $pstore
	result "mount" mount -t pstore none $pstore
	result "is shown again" headed 3 ;;
esac
totals
