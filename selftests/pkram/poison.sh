#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A poisoned page is refused. A valid page is not refused because of the flags of the next
# page, which is where a large folio has the flag of poison. A page that is poisoned after it
# was saved stops the kexec, until its node is removed.
#
# vm: boot=fault,fault

. ../luo_lib/functions.sh

ktap_print_header
case $STAGE in
1)	ktap_subtest "calls" ./script <<EOT
0 ok prepare_save one
0 ok prepare_save_obj
0 EHWPOISON save_bad poisoned
0 ok save_next_to_active
0 ok discard_save
0 ok prepare_save kept
0 ok prepare_save_obj
0 ok alloc 1 100 0
0 ok save 1 0
0 ok finish_save_obj
0 ok finish_save
0 ok poison 70
EOT
	kexec-load
	result "the kexec is refused" sh -c "! kexec-jump"
	result "the node is named in the log" sh -c \
		"dmesg | grep -q 'pkram: node kept: page frame 0x.* is poisoned'"
	ktap_subtest "removal" ./script <<EOT
0 ok prepare_load kept
0 ok finish_load
EOT
	;;
2)	ktap_subtest "the next kernel" ./script <<EOT
0 ENOENT prepare_load kept
EOT
	;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
