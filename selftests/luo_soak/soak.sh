#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random files, objects, arrays and streams are handed through many generations, of which
# every third is stock Linux. Each generation checks all of them, and that no memory is lost.
# `make soak` does this for longer.
#
# Stock Linux carries the files. It does not restore the others, and they must not be found in
# the kernel after it.
#
# vm: boot=pkram,pkram,stock,pkram,pkram,stock,pkram mem=2G timeout=1800
. ../luo_lib/functions.sh

driver=/sys/kernel/debug/luo_object_test
objects=/sys/kernel/luo_objects
last=$((STAGE - 1))
# The memory for structures of the files varies by less than this, in KiB.
MAY_DRIFT=4096

# Passed on by the previous kernel: its flavour, and the free memory, in KiB, of the first
# generation of each flavour.
for word in $(cat /proc/cmdline); do
	case $word in
	soak.from=*)	from=${word#*=} ;;
	soak.free=*)	free=${word#*=} ;;
	esac
done

# chance BELOW GENERATION - print a random number that depends only on the generation.
chance() {
	echo $((($2 * 7919 + 104729) / 13 % $1))
}

call() {
	{ echo "$*" >$driver/command; } 2>/dev/null && return
	ktap_print_msg "$*: $(cat $driver/result)"
	return 1
}

size() {
	echo $((40 + $(chance 60000 "$1")))
}

save_objects() {
	call bulk-store many 5000 64 "$STAGE" &&
		call array-store table 1 8 100000 "$STAGE" &&
		call store single 1 0 "$(size "$STAGE")" "$STAGE"
}

load_objects() {
	call bulk-read many 5000 64 $last &&
		call bulk-finish many 5000 64 $last &&
		call array-load table 1 $last &&
		call read single 1 0 "$(size $last)" $last &&
		call finish single 1
}

# The number and the largest order of the pages of two objects of a stream. They have about
# the same memory in each generation.
OBJECTS="2000:0 100:4"

save_streams() {
	for node in 1 2 3; do
		echo "0 ok prepare_save node$node"
		for pages in $OBJECTS; do
			echo "0 ok prepare_save_obj"
			echo "0 ok alloc $STAGE$node ${pages%:*} ${pages#*:}"
			echo "0 ok save $STAGE$node ${pages#*:}"
			echo "0 ok free"
			echo "0 ok write $STAGE$node 100000 0"
			echo "0 ok finish_save_obj"
		done
		echo "0 ok finish_save"
	done
}

load_streams() {
	for node in 2 3 1; do
		echo "0 ok prepare_load node$node"
		for pages in $OBJECTS; do
			echo "0 ok prepare_load_obj"
			echo "0 ok load $last$node ${pages%:*} ${pages#*:}"
			echo "0 ok load_none"
			echo "0 =100000 read $last$node 100000 0"
			echo "0 ok finish_load_obj"
		done
		echo "0 ok finish_load"
	done
}

# all_claimed - check that no object of an earlier kernel is unclaimed.
all_claimed() {
	! grep -E '^(many|table|single|memfd|pkram) ' $objects/unclaimed
}

# policy - print a random policy with a version that the next kernel can read.
policy() {
	case $NEXT in
	stock)	set -- all memfd:0 ;;
	*)	set -- all newest memfd:0 memfd:1 ;;
	esac
	shift "$(chance $# "$STAGE")"
	echo "$1"
}

# memory - print the memory that is free or in files, when it no longer changes and the lists
# of each CPU are short. Slabs are not shrunk, because that would also split huge pages at the
# end of files, and free a part of them.
memory() {
	echo 100000 >/proc/sys/vm/percpu_pagelist_high_fraction
	before=0 now=1
	while [ $now -gt $before ]; do
		sleep 1
		before=$now
		echo 1 >/proc/sys/vm/drop_caches
		now=$(awk '$1 == "MemFree:" || $1 == "Shmem:" { kib += $2 }
			END { print kib }' /proc/meminfo)
	done
	echo $now
}

# of FLAVOUR - print the number of the flavour in $free.
of() {
	echo "$free" | tr , '\n' | sed -n "s/^$1://p"
}

# drift KIB - check that this change of free memory is small enough.
drift() {
	! free_memory_is_exact || [ $(($1 > 0 ? $1 : -$1)) -le $MAY_DRIFT ]
}

ktap_print_header

if [ "$FLAVOUR" != stock ]; then
	policy >$objects/write
	if [ "$from" != stock ] && [ "$STAGE" -gt 1 ]; then
		ktap_test_result "objects" load_objects
		load_streams >/tmp/streams
		ktap_subtest "streams" ../pkram/script </tmp/streams
	fi
fi

case $STAGE in
1)		ktap_subtest "files" ../luo_memfd/random save ;;
"$STAGES")	ktap_subtest "files" ../luo_memfd/random check ;;
*)		ktap_subtest "files" ../luo_memfd/random pass ;;
esac

if [ "$FLAVOUR" != stock ]; then
	ktap_test_result "no object of earlier kernels is unclaimed" all_claimed
	if [ -n "$NEXT" ]; then
		ktap_test_result "save objects" save_objects
		save_streams >/tmp/streams
		ktap_subtest "save streams" ../pkram/script </tmp/streams
	fi
fi

# In the last kernel nothing is saved, so more memory is free.
if [ -n "$NEXT" ]; then
	now=$(memory)
	first=$(of "$FLAVOUR")
	[ -n "$first" ] || {
		first=$now
		[ "$STAGE" -eq 1 ] || free=$free,$FLAVOUR:$now
	}
	ktap_test_result "no memory is lost" drift $((first - now))
	echo "# soak: generation $STAGE of $STAGES, $FLAVOUR," \
		"$(sed -n 's/^Shmem: *\([0-9]*\) kB/\1/p' /proc/meminfo) KiB in files," \
		"$((first - now)) KiB less free than in the first of these kernels"
fi
ktap_print_totals

[ "$KTAP_CNT_FAIL" -eq 0 ] || exit 1
[ -z "$NEXT" ] || {
	kexec-load "$NEXT" "soak.from=$FLAVOUR soak.free=$free" && kexec-jump
}
