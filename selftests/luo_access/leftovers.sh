#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No user reads preserved memory after it was dropped and allocated again, or while
# it is unclaimed.
#
# vm: boot=pkram,pkram mem=1G
. ../luo_lib/functions.sh

secret=96 # MiB

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 1
	ktap_test_result "preserve two files" ./leftovers save $secret </dev/null ;;
2)
	ktap_set_plan 4
	before=$(($(free_kib) / 1024))
	ktap_test_result "drop one of them" ./leftovers drop
	after=$(($(free_kib) / 1024))
	ktap_print_msg "free: $before MiB, and then $after"
	ktap_test_result "its memory is free" [ $((after - before)) -ge $((secret / 2)) ]
	# All but little of what is free, so that the memory of the file is in it.
	ktap_test_result "nobody reads it" ./leftovers search $((after - 120))
	ktap_test_result "the other one is as it was" ./leftovers claim $secret ;;
esac
ktap_finished
