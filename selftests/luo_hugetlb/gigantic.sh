#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pages of 1 GiB, which are allocated before the page allocator runs.
#
# vm: boot=pkram,pkram,pkram arch=x86_64 mem=6G append="hugepagesz=1G hugepages=2" timeout=1800
export HUGE_KB=1048576
. ./functions.sh

ktap_print_header
case $STAGE in
1)	ktap_set_plan 2
	result "save" ./pool save 1
	result "counts" has "2 1 0 0" ;;
2)	ktap_set_plan 5
	result "the pool waits for the page" has "1 1 0 0"
	result "retrieve" ./pool retrieve 1
	result "counts" has "2 1 0 0"
	release
	result "counts when the file is closed" has "2 2 0 0"
	result "save" ./pool save 2 ;;
3)	ktap_set_plan 3
	result "the pool waits for the pages" has "0 0 0 0"
	result "finish" ./pool retrieve
	result "they are free pages of the pool" has "2 2 0 0" ;;
esac
ktap_finished
