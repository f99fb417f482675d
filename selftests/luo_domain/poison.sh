#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The hardware reports a page of an object as damaged after it was saved. The kexec is refused
# with a line that names the object, until the object is gone. The next kernel finds nothing.
#
# vm: boot=fault,fault
. ../luo_lib/dump.sh

module=luo_object_domain

# poison - report the first page of the page tables as damaged.
poison() {
	pfn=$(sed -n 's/^ *tables\.runs\[0\]\.pfn //p' $dump)
	echo "# page frame $pfn"
	echo "$pfn" >/sys/kernel/debug/hwpoison/corrupt-pfn
	grep -q "HardwareCorrupted: *4 kB" /proc/meminfo
}

logged() {
	dmesg | grep -q "$1"
}

ktap_print_header
case $STAGE in
1)
	modprobe hwpoison-inject 2>/dev/null
	result "load" modprobe $module tables=3
	result "a page of its tables is damaged" poison
	kexec-load
	result "the kexec is refused" sh -c "! kexec-jump"
	result "the object is named in the log" \
		logged "kind domain instance 0: .* is poisoned"
	result "unload" rmmod $module ;;
2)
	result "no object is left" \
		sh -c "! grep -q ^domain /sys/kernel/luo_objects/unclaimed"
	result "load" modprobe $module tables=3
	result "starts anew" fields "domain 0" "nr_kernels 1" ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
