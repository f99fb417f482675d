#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A tree of 100,000 empty files in a tmpfs: the cost of its update, and, on stock Linux too,
# that of creating its files by system calls.
#
# bench: boot=@,@ mem=2G timeout=1800
. ../luo_lib/functions.sh

# Stock Linux has no handler for trees.
carries() {
	[ -e /sys/kernel/luo_objects/tmpfs ]
}

ktap_print_header
mkdir /tmp/tree
case $STAGE in
1)	mount -t tmpfs -o nr_inodes=200000 tmpfs /tmp/tree
	result "create" ./tree create /tmp/tree
	carries && result "preserve" ./tree preserve /tmp/tree ;;
2)	carries && result "retrieve" ./tree retrieve /tmp/tree
	result "boots" true ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
