#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Arrays from one element to some hundred megabytes over a kexec.
#
# vm: boot=pkram,pkram mem=2G
. ../luo_lib/objects.sh

case $STAGE in
1)
	wait_stable
	before=$(free_kib)
	ktap_test_result "store 300 MiB" \
		luo array-store table 1 24 13107200 1
	ktap_test_result "it takes as much" \
		memory at_least $((before - $(free_kib))) $((300 * 1024))
	ktap_test_result "and not much more" \
		memory at_most $((before - $(free_kib))) $((302 * 1024))
	ktap_test_result "abort it" luo array-abort table 1
	ktap_test_result "it is free again" \
		memory at_most $((before - $(free_kib))) 1024

	ktap_test_result "store 300 MiB" \
		luo array-store table 1 24 13107200 1
	ktap_test_result "store an element" luo array-store table 2 1 1 2
	ktap_test_result "store a page" luo array-store table 3 8 512 3
	ktap_test_result "store a page and a byte" \
		luo array-store table 4 1 4097 4
	ktap_test_result "store 5 MiB and a bit" \
		luo array-store table 5 12 436907 5
	ktap_test_result "store no element" fails $EINVAL array-store table 6 8 0 6
	ktap_test_result "store more than can be" \
		fails $EINVAL array-store table 6 8 4611686018427387904 6
	end_stage ;;
2)
	wait_stable
	before=$(free_kib)
	for i in 1 2 3 4 5; do
		ktap_test_result "restore $i" luo array-load table $i $i
	done
	ktap_test_result "the memory is free again" \
		memory at_least $(($(free_kib) - before)) $((304 * 1024))
	ktap_test_result "freed once" fails $ENOENT array-load table 1 1
	end_stage ;;
esac
