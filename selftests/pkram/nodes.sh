#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Eight tasks save and load eight nodes at once, on two NUMA nodes: 100,000 pages of mixed
# orders and 64 MiB of bytes. Afterwards all their memory must be free.
#
# vm: boot=pkram,pkram mem=3G cpus=2 numa=2 timeout=900 quiet=600
. ../luo_lib/functions.sh

# unclaimed NR - check that NR nodes are listed, or none if NR is empty.
unclaimed() {
	[ "$(sed -n 's/^pkram //p' /sys/kernel/luo_objects/unclaimed)" = "$1" ]
}

ktap_print_header
case $STAGE in
1)
	ktap_subtest "eight tasks save" ./nodes save ;;
2)
	ktap_test_result "eight nodes are listed" unclaimed 8
	before=$(free_kib)
	ktap_subtest "eight tasks load" ./nodes load
	ktap_test_result "nothing is listed" unclaimed ""
	after=$(free_kib)
	ktap_print_msg "$((after - before)) KiB came back"
	ktap_test_result "the memory is free again" \
		test $((after - before)) -gt $((500 * 1024)) ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
