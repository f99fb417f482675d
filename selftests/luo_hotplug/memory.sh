# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the tests of this folder share: 1 GiB of memory that each kernel is told of
# by the boot loader, below 4 GiB, and as much above that is added to it later.

. /usr/lib/pkram/functions

# added - the kernel can use memory that was added.
added() {
	added_kib=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	[ "$added_kib" -gt $((1280 * 1024)) ] && return
	echo "# only $added_kib KiB of memory"
	return 1
}

# wait_added - memory that a driver adds may come a little later.
wait_added() {
	until added >/dev/null; do
		sleep 1
	done
}

# logged REGEX - the kernel said it since it booted.
logged() {
	dmesg | grep -q -- "$1" && return
	echo "# the kernel does not say '$1'"
	return 1
}

# not_logged REGEX
not_logged() {
	! dmesg | grep -- "$1"
}

# carry - files of all sizes, into the next kernel or refused.
carry() {
	ktap_print_header
	wait_added
	result "there is memory that was added" added
	case $STAGE in
	1)	ktap_subtest "files" ./memfds save ;;
	*)	ktap_subtest "files" ./memfds check
		result "none is lost" not_logged "KHO.*not in the memory\|KHO.*is lost" ;;
	esac
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
}
