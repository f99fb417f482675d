#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# check.sh - runs the program, and the tests that memblock has in the tree,
# without nodes and with them.

echo 'TAP version 13'
echo '1..3'

status=0
result() {
	if [ "$2" = 0 ]; then
		echo "ok $1 $3"
	else
		echo "not ok $1 $3"
		status=1
	fi
}

# As its own KTAP document, nested.
"$OUT/kho_preserved" >"$OUT/nested"
code=$?
sed 's/^/    /' "$OUT/nested"
result 1 $code kho_preserved

# They are built where they are, with links to their sources.
memblock() {
	$MAKE -s -C "$STUBS" clean >/dev/null &&
		$MAKE -s -C "$STUBS" "$@" >"$OUT/memblock.log" 2>&1 &&
		"$STUBS/main" >>"$OUT/memblock.log" 2>&1
	code=$?
	[ $code = 0 ] || tail -n 20 "$OUT/memblock.log" | sed 's/^/# /'
	$MAKE -s -C "$STUBS" clean >/dev/null
	return $code
}

memblock
result 2 $? 'memblock, as it is'
memblock NUMA=1
result 3 $? 'memblock, with NUMA=1'
exit $status
