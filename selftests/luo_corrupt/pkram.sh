#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Corrupt PKRAM nodes of the previous kernel are refused, with their names in the
# log, and other nodes are loaded. If a valid node has a page of another node, the
# first of the two that is loaded gets the page.
#
# vm: boot=fault,fault mem=1G
. ./corrupt.sh

objects=/sys/kernel/luo_objects
sample=/lib/modules/$(uname -r)/kernel/samples/luo_object/pkram_sample.ko
healthy="healthy-1 healthy-2 healthy-3"

# save_script NAME SEED, load_script NAME SEED - print the calls that save a node, and those
# that load it and check that it is unchanged.
save_script() {
	echo "0 ok prepare_save $1
0 ok prepare_save_obj
0 ok alloc $2 40 2
0 ok save $2 2
0 ok free
0 ok write $2 3000 1000
0 ok write $2 5000 0
0 ok finish_save_obj
0 ok prepare_save_obj
0 ok alloc $(($2 + 50)) 10 2
0 ok save $(($2 + 50)) 2
0 ok free
0 ok finish_save_obj
0 ok finish_save"
}

load_script() {
	echo "0 ok prepare_load $1
0 ok prepare_load_obj
0 ok load $2 40 2
0 ok load_none
0 =3000 read $2 3000 1000
0 =5000 read $2 5000 0
0 ok finish_load_obj
0 ok prepare_load_obj
0 ok load $(($2 + 50)) 10 2
0 ok load_none
0 ok finish_load_obj
0 ok finish_load"
}

# for_each SCRIPT NAME... - print the calls for all these nodes, each with its own seed.
for_each() {
	for_each_script=$1
	for_each_seed=0
	shift
	for name in "$@"; do
		for_each_seed=$((for_each_seed + 1000))
		$for_each_script "$name" $for_each_seed
	done
}

# count_unclaimed - print the number of nodes of the previous kernel that were not removed.
count_unclaimed() {
	sed -n 's/^pkram //p' $objects/unclaimed
}

refuse_script() {
	for name in $(names pkram.cases); do
		echo "0 EBADMSG prepare_load $name"
	done
}

ktap_print_header
case $STAGE in
1)
	preserve_others
	# shellcheck disable=SC2046 # each is a word
	for_each save_script $healthy thief victim $(names pkram.cases) \
		>script.in
	ktap_subtest "save" ../pkram/script <script.in
	result "make one have a page of another" \
		corrupt pkram/thief run where @pkram/victim@page crc
	cases pkram.cases | {
		bad=0
		while read -r name place field value crc _; do
			# shellcheck disable=SC2086 # may be none
			corrupt "pkram/$name" "$place" "$field" "$value" \
				${crc#-} || bad=1
		done
		exit $bad
	}
	result "damage them" test $? -eq 0
	result "the sample saves its page" insmod "$sample"
	result "damage it" corrupt pkram/sample bytes size ^1 ;;
2)
	unclaimed=$(count_unclaimed)
	result "the sample starts without its page" insmod "$sample"
	result "and says so" logged "the page of the previous kernel is lost: " 1
	result "and starts anew" logged "after 0 kernels" 1
	result "and removes the node" [ "$(count_unclaimed)" -eq $((unclaimed - 1)) ]
	refuse_script >script.in
	ktap_subtest "the damaged ones are refused" ../pkram/script <script.in
	for name in $(names pkram.cases); do
		result "$name: is named in the log" \
			logged "pkram: node $name: " 1
	done
	for name in thief victim; do
		echo "0 $([ $name = thief ] && echo ok || echo EBADMSG) prepare_load $name"
	done >script.in
	ktap_subtest "only one gets a page that two have" ../pkram/script <script.in
	result "the other is named in the log" logged "pkram: node victim: " 1
	for_each load_script $healthy >script.in
	ktap_subtest "the others are unchanged" \
		./fill_memory ../pkram/script <script.in
	result "the others can be dropped" sh -c "echo all >$objects/drop"
	check_others $(($(names pkram.cases | wc -l) * 400)) ;;
esac
end_stage
