#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Unclaimed objects are listed and can be dropped, by kind, by instance and all at
# once, and their memory is freed.
#
# vm: boot=pkram,pkram mem=1G
. ../luo_lib/objects.sh

nr=50000
# The least memory of the data and records of one kind, in KiB.
least=$((nr * (200 + 32) / 1024))

case $STAGE in
1)
	wait_stable
	before=$(free_kib)
	for kind in a b c d; do
		ktap_test_result "store many $kind" \
			luo bulk-store $kind $nr 200 7
	done
	stored=$(free_kib)
	ktap_test_result "they take memory" \
		memory at_least $((before - stored)) $((4 * least))
	ktap_test_result "abort many d" luo bulk-abort d $nr 200 7
	ktap_test_result "aborting frees memory" \
		memory at_least $(($(free_kib) - stored)) $least
	for kind in a b c; do
		ktap_test_result "abort many $kind" \
			luo bulk-abort $kind $nr 200 7
	done
	aborted=$(free_kib)
	ktap_test_result "aborting all frees all of it" \
		memory at_most $((before - aborted)) 1024

	for kind in a b c; do
		ktap_test_result "store many $kind again" \
			luo bulk-store $kind $nr 200 7
	done
	end_stage ;;
2)
	ktap_test_result "listed by kind" same \
		"$(listed $objects/unclaimed)" \
		"a,$nr;b,$nr;c,$nr;"
	ktap_test_result "listed one by one" same \
		"$(grep -c "^[abc] " $lists/incoming)" $((3 * nr))
	ktap_test_result "read" luo bulk-read a $nr 200 7
	wait_stable
	before=$(free_kib)

	ktap_test_result "drop an instance" accepted $objects/drop a:77
	ktap_test_result "it is no longer listed" same \
		"$(sed -n 's/^a //p' $objects/unclaimed)" $((nr - 1))
	ktap_test_result "drop it again" refused $objects/drop a:77
	for word in "" x "x:1" "a:" "a:x" "a:-1" "a:1:2" "all:1"; do
		ktap_test_result "drop '$word'" refused $objects/drop "$word"
	done

	ktap_test_result "drop a kind" accepted $objects/drop b
	ktap_test_result "the kind is no longer listed" same \
		"$(listed $objects/unclaimed)" \
		"a,$((nr - 1));c,$nr;"
	ktap_test_result "memory of a kind is free again" \
		memory at_least $(($(free_kib) - before)) $least
	ktap_test_result "drop all" accepted $objects/drop all
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
	after=$(free_kib)
	ktap_print_msg "dropping freed $((after - before)) KiB"
	ktap_test_result "memory of all is free again" \
		memory at_least $((after - before)) $((3 * least))
	ktap_test_result "drop nothing" refused $objects/drop all

	# Storing and aborting as many objects leaves no memory allocated.
	before=$(free_kib)
	ktap_test_result "store many" luo bulk-store a $nr 200 7
	ktap_test_result "abort many" luo bulk-abort a $nr 200 7
	ktap_test_result "nothing leaks" \
		memory at_most $((before - $(free_kib))) 1024
	end_stage ;;
esac
