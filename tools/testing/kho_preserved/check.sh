#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# check.sh - run the programs, and the tests of memblock in the tree, without and with NUMA.

. "$STUBS/../selftests/kselftest/ktap_helpers.sh"

ktap_print_header
ktap_set_plan 3

# Print the output as a nested KTAP document.
kho_preserved() {
	"$OUT/kho_preserved" >"$OUT/nested"
	code=$?
	sed 's/^/    /' "$OUT/nested"
	return $code
}

# They are built in their directory, by links to their sources.
memblock() {
	$MAKE -s -C "$STUBS" clean >/dev/null &&
		$MAKE -s -C "$STUBS" "$@" >"$OUT/memblock.log" 2>&1 &&
		"$STUBS/main" >>"$OUT/memblock.log" 2>&1
	code=$?
	[ $code = 0 ] || tail -n 20 "$OUT/memblock.log" | sed 's/^/# /'
	$MAKE -s -C "$STUBS" clean >/dev/null
	return $code
}

ktap_test_result kho_preserved kho_preserved
ktap_test_result "memblock, as it is" memblock
ktap_test_result "memblock, with NUMA=1" memblock NUMA=1
ktap_finished
