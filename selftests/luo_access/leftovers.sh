#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No user can read preserved memory while it is unclaimed, or after it was dropped and
# allocated again.
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
	# Allocate nearly all free memory, so that the memory of the file is part of it.
	ktap_test_result "no user reads it" ./leftovers search $((after - 120))
	ktap_test_result "the other one is unchanged" ./leftovers claim $secret ;;
esac
ktap_finished
