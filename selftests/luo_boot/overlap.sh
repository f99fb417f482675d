#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The tree of the previous kernel has keys within larger ones, over a page of the tree, and in
# a scratch area. The larger ones are restored with their content. The others are reported
# and not restored.
#
# vm: boot=pkram,pkram mem=2G
. ./boot.sh

# root - print the physical address of the root of KHO's tree, the second property of the
# root node. The third word has the offset of the structure block, in big endian.
root() {
	fdt=/sys/kernel/debug/kho/out/fdt
	# shellcheck disable=SC2046 # four numbers
	set -- $(od -An -t u1 -j 8 -N 4 $fdt)
	od -An -t u8 -j $(($3 * 256 + $4 + 40)) -N 8 $fdt | tr -d ' '
}

# scratch - print the physical address of a scratch area, which Linux 7.4 calls bootmem.
scratch() {
	cat /sys/kernel/debug/kho/out/*_phys | head -n 1
}

# logged REGEX NR - succeed if the kernel has logged NR lines that match.
logged() {
	[ "$(dmesg | grep -c "$1")" -eq "$2" ]
}

ktap_print_header
if [ "$STAGE" = 1 ]; then
	ktap_set_plan 1
	ktap_test_result "preserve, and add keys within" \
		modprobe kho_boot_test blocks=40 overlap="$(root),$(scratch)"
else
	ktap_set_plan 5
	result "keys within larger ones are counted" \
		logged "16 preservations are within larger ones, and cannot be restored" 1
	result "the first ones are named" logged "KHO:   0x[0-9a-f]*000, order [02]" 5
	result "the one over the tree is counted" \
		logged "1 preservations have pages of the tree itself, and cannot be" 1
	result "the one in a scratch area is counted" \
		logged "1 preservations are outside of memory that can be preserved" 1
	result "the larger ones are restored unchanged, the others not at all" \
		modprobe kho_boot_test blocks=0
fi
ktap_finished
