#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A corrupt node cannot be loaded, and all others can. It stays unclaimed until it is dropped,
# and so does a node whose save was not finished.
#
# vm: boot=pkram,pkram
. ../luo_lib/functions.sh

objects=/sys/kernel/luo_objects
places="object pool root item runs chunk"

# left - print the number of unclaimed nodes.
left() {
	sed -n 's/^pkram //p' $objects/unclaimed
}

# dropped WHAT - drop it.
dropped() {
	{ echo "$1" >$objects/drop; } 2>/dev/null
}

not() {
	! "$@"
}

# instance NAME - print the instance of a node, from the dump.
instance() {
	awk -v name="\"$1\"" '$1 == "pkram" { i = $2 }
		$1 == "name" && $2 == name { print i }' \
		/sys/kernel/debug/luo_objects/incoming.dump
}

ktap_print_header
case $STAGE in
1)
	{
		seed=0
		for name in $places good unfinished; do
			seed=$((seed + 100))
			echo "0 ok prepare_save $name"
			echo "0 ok prepare_save_obj"
			echo "0 ok alloc $seed 64 2"
			echo "0 ok save $seed 2"
			echo "0 ok free"
			echo "0 ok write $seed 5000 0"
			echo "0 ok finish_save_obj"
			[ $name = unfinished ] || echo "0 ok finish_save"
		done
		for name in $places; do
			echo "0 ok damage $name $name"
		done
	} >script.in
	ktap_subtest "save and damage" ./script <script.in ;;
2)
	ktap_test_result "all are listed" test "$(left)" -eq 8
	{
		for name in $places; do
			echo "0 EBADMSG prepare_load $name"
			echo "0 EBADMSG prepare_load $name"
		done
		echo "0 EBUSY prepare_load unfinished"
		echo "0 ok prepare_load good"
		echo "0 ok prepare_load_obj"
		echo "0 ok load 700 64 2"
		echo "0 ok load_none"
		echo "0 =5000 read 700 5000 0"
		echo "0 ok finish_load_obj"
		echo "0 ok finish_load"
	} >script.in
	ktap_subtest "load" ./script <script.in
	ktap_test_result "each is named in the log" \
		test "$(dmesg | grep -c 'pkram: node .* \(is\|are\) damaged')" -eq 12
	ktap_test_result "those are still listed" test "$(left)" -eq 7

	ktap_test_result "drop the unfinished one" \
		dropped "pkram:$(instance unfinished)"
	ktap_test_result "six are left" test "$(left)" -eq 6
	ktap_test_result "drop all of them" dropped pkram
	ktap_test_result "nothing is left" test -z "$(left)"
	ktap_test_result "nothing can be dropped" not dropped pkram ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
