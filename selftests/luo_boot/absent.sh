# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests of structures in a page that the next kernel does not have. The page
# is removed from its memory map.

. ../luo_lib/functions.sh

module=/sys/module/kho_boot_test/parameters

# is_new - succeed if the module has found no data of the previous kernel.
is_new() {
	modprobe kho_boot_test blocks=5 note=1,2 && [ "$(cat $module/noted)" = 0,0 ]
}

# reported MESSAGE - succeed if the kernel has logged it once, with the address.
reported() {
	reported_at=$(sed 's/.*memmap=4K\$\(0x[0-9a-f]*\).*/\1/' /proc/cmdline)
	reported_at=$(printf '0x%016x' "$reported_at")
	[ "$(dmesg | grep -c "$(echo "$1" | sed "s/@/$reported_at/")")" -eq 1 ] && return
	dmesg | grep 'KHO\|kho' | sed 's/^/# /'
	return 1
}

# absent MESSAGE [SUBTREE]
absent() {
	ktap_print_header
	if [ "$STAGE" = 1 ]; then
		ktap_set_plan 1
		ktap_test_result "preserve" modprobe kho_boot_test blocks=5 note=1,2
		ktap_print_totals
		[ "$KTAP_CNT_FAIL" -eq 0 ] || exit
		# shellcheck disable=SC2086 # none or one
		absent_at=$(./kho_find $2) || exit
		kexec-load "$NEXT" "memmap=4K\$$absent_at" && kexec-jump
		exit 1
	fi
	ktap_set_plan 3
	result "the address is reported" reported "$1"
	result "nothing is restored from there" is_new
	if [ -n "$2" ]; then
		result "other subtrees are found" \
			[ -n "$(dmesg | grep 'KHO: exec from: ')" ]
	else
		result "live update is enabled" [ -c /dev/liveupdate ]
	fi
	ktap_finished
}
