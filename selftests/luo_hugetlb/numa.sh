#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The pages of each node count towards the pool of that node.
#
# vm: boot=pkram,pkram,pkram arch=x86_64 mem=2G numa=2
. ./functions.sh

more=
ktap_print_header
case $STAGE in
1)	ktap_set_plan 3
	set_pages 20
	result "save" ./pool save 7:0 1:1
	result "node 0" has "10 3 0" 0
	result "node 1" has "10 9 0" 1
	more=hugepages=20 ;;
2)	ktap_set_plan 7
	result "node 0 before" has "3 3 0" 0
	result "node 1 before" has "9 9 0" 1
	result "retrieve" ./pool retrieve 7 1
	result "node 0" has "10 3 0" 0
	result "node 1" has "10 9 0" 1
	result "all" has "20 12 0 0"
	result "save" ./pool save 2:0 6:1
	more=hugepages=0:4,1:8 ;;
3)	ktap_set_plan 5
	result "node 0 before" has "2 2 0" 0
	result "node 1 before" has "2 2 0" 1
	result "retrieve" ./pool retrieve 2 6
	result "node 0" has "4 2 0" 0
	result "node 1" has "8 2 0" 1 ;;
esac
end_stage "$more"
