#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Linux's own test of 2000 sessions, over a kexec.
# vm: boot=pkram,pkram
. ../luo_lib/functions.sh

ktap_print_header
ktap_set_plan 1
ktap_test_result "luo_stress_sessions, stage $STAGE" ./luo_stress_sessions -s "$STAGE"
ktap_finished
