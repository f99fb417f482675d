# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests in this directory. The boot loader reports 1.25 GiB of memory below
# 4 GiB to each kernel. Another GiB, above 4 GiB, is added while the kernel runs. The tests
# are for x86-64, because QEMU's machine for arm64 cannot add memory without ACPI.

. ../luo_lib/functions.sh

# added - check that the kernel can use memory that was added.
added() {
	added_bytes=0
	added_ram='^ *\([1-9a-f][0-9a-f]\{8,\}-[0-9a-f]*\) : System RAM.*'
	for added_range in $(sed -n "s/$added_ram/\1/p" /proc/iomem); do
		added_bytes=$((added_bytes + 0x${added_range#*-} + 1 - 0x${added_range%-*}))
	done
	[ $added_bytes -ge $((1 << 30)) ] && return
	echo "# only $added_bytes bytes were added"
	return 1
}

# wait_added - wait for memory that a driver adds during the boot.
wait_added() {
	until added >/dev/null; do
		sleep 1
	done
}

# not_logged REGEX - check that no line of the kernel's log matches.
not_logged() {
	! dmesg | grep -- "$1"
}

# carry - carry files of all sizes into the next kernel, unless they are refused.
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
