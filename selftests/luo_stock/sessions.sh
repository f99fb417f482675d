#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Linux's own test of sessions with and without files, over a kexec.
# vm: boot=pkram,pkram
. ../luo_lib/functions.sh

ktap_print_header
ktap_set_plan 1
ktap_test_result "luo_multi_session, stage $STAGE" ./luo_multi_session -s "$STAGE"
ktap_finished
