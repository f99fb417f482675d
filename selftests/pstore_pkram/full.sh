#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# If there are more messages than the log can hold, it has the newest ones, without a gap.
#
# vm: boot=pkram,pkram append="pstore_pkram.size=16 printk.devkmsg=on"
. ./functions.sh

nr=1000

case $STAGE in
1)
	i=0
	while [ $i -lt $nr ]; do
		i=$((i + 1))
		say "message number $i."
	done
	result "many messages" same "$(dmesg | grep -c 'message number')" $nr ;;
2)
	bytes=$(wc -c <$log)
	result "the log is full" [ "$bytes" -gt 16000 -a "$bytes" -le 16500 ]
	result "it names its kernel" headed 1
	result "ends with the last message" ends
	result "the oldest are gone" has_not "message number 1."
	sed -n 's/.*message number \([0-9]*\)\.$/\1/p' $log >/tmp/found
	first=$(head -n 1 /tmp/found)
	result "it has many messages" [ $((nr - first)) -gt 200 ]
	seq "$first" $nr >/tmp/expected
	result "each of the newest is" cmp /tmp/found /tmp/expected ;;
esac
totals
