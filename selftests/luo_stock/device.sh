#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Linux's own tests of /dev/liveupdate pass with the memfd handler of this project.
# vm: boot=pkram
. ../luo_lib/functions.sh

ktap_print_header
ktap_set_plan 1
ktap_subtest liveupdate ./liveupdate
ktap_finished
