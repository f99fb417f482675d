#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The cost to store and to find an object, and its memory, are the same with a thousand
# objects and with a million. With icount=yes, nanoseconds are instructions.
#
# vm: boot=pkram,pkram mem=2G icount=yes timeout=1200 quiet=600
. ../luo_lib/objects.sh

few=1000
many=1000000
size=32

# cost COMMAND - check that the cost per object is at most 1.5 times as high with many.
cost() {
	ktap_test_result "$1 $few" luo "bulk-$1" few $few $size 1
	of_few=$said
	ktap_test_result "$1 $many" luo "bulk-$1" many $many $size 1
	of_many=$said
	ktap_print_msg "$1: one of $few costs $of_few instructions, one of $many $of_many"
	ktap_test_result "$1: at most 1.5 times as much" \
		at_most $((2 * of_many)) $((3 * of_few))
}

# overhead BYTES WHERE - check the memory per object, without the size of its data.
overhead() {
	each=$((($1 - size * many) / many))
	ktap_print_msg "memory of one of $many objects, without its data: $each bytes $2"
	ktap_test_result "at most 64 bytes of overhead $2" at_most $each 64
}

wait_stable
before=$(free_kib)
case $STAGE in
1)
	cost store
	overhead $(((before - $(free_kib)) * 1024)) "when stored"
	end_stage ;;
2)
	cost read
	# The pages of data and records were preserved, so only the index is allocated.
	index=$(((before - $(free_kib)) * 1024))
	ktap_print_msg "finding takes $((index / many)) bytes for each object"
	cost finish
	after=$(free_kib)
	ktap_print_msg "finishing freed $((after - before)) KiB"
	ktap_test_result "all memory is free again" \
		at_least $((after - before)) $((many * (size + 32) / 1024))
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
	end_stage ;;
esac
