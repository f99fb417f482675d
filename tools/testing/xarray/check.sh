#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# check.sh - build and run the program in tools/testing/radix-tree of the tree.

. "$TREE/tools/testing/selftests/kselftest/ktap_helpers.sh"

directory=$TREE/tools/testing/radix-tree

ktap_print_header
ktap_set_plan 2

# It is built in its directory.
build() {
	$MAKE -s -C "$directory" clean >/dev/null &&
		$MAKE -s -C "$directory" xarray >"$OUT/build.log" 2>&1
	code=$?
	[ $code = 0 ] || tail -n 20 "$OUT/build.log" | sed 's/^/# /'
	return $code
}

# The exit status of the program does not tell whether a test has failed.
run() {
	"$directory/xarray" >"$OUT/log" 2>&1 &&
		sed -n 's/^XArray: \(.*\) of \(.*\) tests passed$/\1 \2/p' "$OUT/log" | {
			read -r passed all && [ "$passed" = "$all" ] && [ "$all" -gt 0 ]
		}
	code=$?
	[ $code = 0 ] || tail -n 20 "$OUT/log" | sed 's/^/# /'
	$MAKE -s -C "$directory" clean >/dev/null
	return $code
}

ktap_test_result "build the tests of the XArray" build
ktap_test_result "run them" run
ktap_finished
