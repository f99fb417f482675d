#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The FDT of a kernel that allocates it in memory that was added is refused, the
# machine boots, and what it saves then is there in the kernel after it.
#
# vm: boot=hotplug_stock,hotplug,hotplug mem=1G dimm=1G append="memhp_default_state=online_kernel"
. ./memory.sh

case $STAGE in
1)	ktap_print_header
	result "there is memory that was added" added ;;
2)	ktap_print_header
	result "what is lost is said" \
		logged "KHO: preserved memory is lost: its FDT is at 0x.*no memory"
	result "there is memory that was added" added
	ktap_subtest "files" ./memfds save ;;
*)	carry
	exit ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
