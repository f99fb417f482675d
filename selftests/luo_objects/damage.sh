#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Objects are corrupted before the kexec: the next kernel reports the corrupt ones,
# restores the others, and continues.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram
. ../luo_lib/objects.sh

# Instances in the first, the second and the third block of a kind of 300 objects.
in_block_1=10
in_block_2=150
nr=300

store() {
	ktap_test_result "store $1" store_all "$1"
}

store_all() {
	store_i=0
	while [ $store_i -lt $nr ]; do
		luo store "$1" $store_i 0 40 $store_i || return
		store_i=$((store_i + 1))
	done
}

# good KIND FROM TO - check that all these objects can be read.
good() {
	good_i=$2
	while [ $good_i -le "$3" ]; do
		luo read "$1" $good_i 0 40 $good_i || return
		good_i=$((good_i + 1))
	done
}

# Only one of the two kinds is corrupt; all objects of the other must be found.
check_safe() {
	ktap_test_result "all of the other kind are found" good safe 0 $((nr - 1))
}

drop_all() {
	echo all >$objects/drop 2>/dev/null
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
}

case $STAGE in
1)
	for kind in safe in-record in-data in-block to-self to-first \
		to-nowhere; do
		store $kind
	done
	ktap_test_result "damage a record" \
		luo damage record in-record $in_block_2 0 8
	ktap_test_result "damage data" luo damage data in-data $in_block_2 0 39
	ktap_test_result "damage a block" luo damage block in-block $in_block_2 0 16
	ktap_test_result "damage a chain to a loop" luo damage next to-self self
	ktap_test_result "damage a chain to go back" luo damage next to-first first
	ktap_test_result "damage a chain to nowhere" luo damage next to-nowhere wild
	end_stage ;;
2)
	check_safe
	ktap_test_result "record: it is damaged" \
		fails $EBADMSG read in-record $in_block_2 0 40 $in_block_2
	ktap_test_result "record: others before" good in-record 0 149
	ktap_test_result "record: others after" good in-record 151 $((nr - 1))
	ktap_test_result "record: one line" logged "kind.in-record:" 1
	ktap_test_result "data: it is damaged" \
		fails $EBADMSG read in-data $in_block_2 0 40 $in_block_2
	ktap_test_result "data: others before" good in-data 0 149
	ktap_test_result "data: others after" good in-data 151 $((nr - 1))
	ktap_test_result "block: what is in it is damaged" \
		fails $EBADMSG read in-block $in_block_2 0 40 $in_block_2
	ktap_test_result "block: what is before it" good in-block 0 126
	for kind in to-self to-first to-nowhere; do
		ktap_test_result "$kind: all before it are there" \
			good $kind 0 $((nr - 1))
		ktap_test_result "$kind: more may have been there" \
			fails $EBADMSG read $kind $nr 0 40 0
	done
	ktap_test_result "finish" luo finish in-record $in_block_1
	drop_all

	store safe
	store lost
	store moved
	ktap_test_result "damage the name of a kind" luo damage name lost
	ktap_test_result "damage where a kind begins" luo damage first moved
	end_stage ;;
3)
	check_safe
	for kind in lost moved; do
		ktap_test_result "$kind: it is damaged" \
			fails $EBADMSG read $kind 1 0 40 1
	done
	drop_all

	store safe
	ktap_test_result "damage the head of the list" luo damage fdt 0
	end_stage ;;
4)
	ktap_test_result "nothing can be read" fails $EBADMSG read safe 1 0 40 1
	ktap_test_result "nor finished" fails $EBADMSG finish safe 1
	ktap_test_result "nor dropped" refused $objects/drop all
	ktap_test_result "one line" logged "list.of.kinds.*damaged" 1

	store safe
	end_stage ;;
5)
	check_safe
	drop_all
	end_stage ;;
esac
