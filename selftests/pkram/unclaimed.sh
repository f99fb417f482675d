#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Unclaimed nodes are listed with their names. Dropping one of them, or all, frees their
# pages.
#
# vm: boot=pkram,pkram mem=2G
. ../luo_lib/functions.sh

objects=/sys/kernel/luo_objects

left() {
	sed -n 's/^pkram //p' $objects/unclaimed
}

dropped() {
	{ echo "$1" >$objects/drop; } 2>/dev/null
}

# more_free BEFORE KIB - check that at least KIB more are free than BEFORE.
more_free() {
	more_free_kib=$(($(free_kib) - $1))
	ktap_print_msg "$more_free_kib KiB came back"
	[ $more_free_kib -ge "$2" ]
}

ktap_print_header
case $STAGE in
1)
	for i in 1 2 3 4; do
		echo "0 ok prepare_save node$i"
		echo "0 ok prepare_save_obj"
		echo "0 ok alloc $i 16384 0"
		echo "0 ok save_all 0 1"
		echo "0 ok free"
		echo "0 ok write $i 10000000 0"
		echo "0 ok finish_save_obj"
		echo "0 ok finish_save"
	done >script.in
	ktap_subtest "save four nodes" ./script <script.in
	ktap_test_result "each is an object of this kernel" \
		test "$(grep -c '^  name "node[1-4]"$' \
			/sys/kernel/debug/luo_objects/outgoing.dump)" -eq 4 ;;
2)
	for i in 1 2 3 4; do
		ktap_test_result "the dump shows the name of node$i" grep -q \
			"^  name \"node$i\"\$" \
			/sys/kernel/debug/luo_objects/incoming.dump
	done

	before=$(free_kib)
	first=$(sed -n 's/^pkram \([0-9]*\) .*/\1/p' \
		/sys/kernel/debug/luo_objects/incoming | head -n 1)
	ktap_test_result "drop one" dropped "pkram:$first"
	ktap_test_result "its pages are free" more_free "$before" 70000
	ktap_test_result "three are left" test "$(left)" -eq 3

	before=$(free_kib)
	ktap_test_result "drop all" dropped all
	ktap_test_result "their pages are free" more_free "$before" 210000
	ktap_test_result "none is left" test -z "$(left)"
	for i in 1 2 3 4; do
		echo "0 ENOENT prepare_load node$i"
	done >script.in
	ktap_subtest "none can be loaded" ./script <script.in ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
