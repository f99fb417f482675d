#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# User space writes readings until the kexec. Readings that the driver has accepted are
# handed over, later ones are refused. The log of the previous kernel has the number of
# accepted readings.
#
# vm: boot=pkram,pkram append="printk.devkmsg=on"
. ./functions.sh

read_on() {
	nr=0
	while :; do
		if set_to reading 1; then
			nr=$((nr + 1))
			echo "<7>meter: accepted $nr" >/dev/kmsg
		else
			echo "<7>meter: refused" >/dev/kmsg
		fi
	done
}

case $STAGE in
1)
	result "load" modprobe $v2
	read_on &
	sleep 1
	result "readings" [ "$(cat $meter/total)" -gt 0 ] ;;
2)
	result "load" modprobe $v2
	total=$(cat $meter/total)
	nr=$(sed -n 's/.*meter: accepted \([0-9]*\)$/\1/p' \
		/sys/fs/pstore/dmesg-pkram-0 | tail -n 1)
	echo "# accepted $nr, handed over $total"
	# The last reading may have been accepted, but its message not written.
	result "all accepted readings were handed over" \
		[ "$total" -eq "$nr" -o "$total" -eq $((nr + 1)) ] ;;
esac
end_stage
