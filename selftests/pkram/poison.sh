#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A poisoned page is refused. A valid page is not refused because of the flags of the next
# page, which is where a large folio has the flag of poison.
#
# vm: boot=fault

. ../luo_lib/functions.sh

ktap_print_header
ktap_subtest "calls" ./script <<EOT
0 ok prepare_save one
0 ok prepare_save_obj
0 EHWPOISON save_bad poisoned
0 ok save_next_to_active
0 ok discard_save
EOT
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
