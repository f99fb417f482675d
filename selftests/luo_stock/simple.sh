#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Linux's own test of one session with one file, over a kexec.
# vm: boot=pkram,pkram
. ../luo_lib/functions.sh

ktap_print_header
ktap_set_plan 1
ktap_test_result "luo_kexec_simple, stage $STAGE" ./luo_kexec_simple -s "$STAGE"
ktap_finished
