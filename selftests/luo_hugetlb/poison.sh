#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files with pages that are poisoned before they are preserved, after that, and in the next
# kernel.
#
# vm: boot=fault,fault arch=x86_64 mem=1G append="hugepages=20"
. ./functions.sh

case $STAGE in
1)	kexec-load && exec ./poison save ;;
2)	ktap_print_header
	ktap_set_plan 2
	ktap_subtest "files" ./poison check
	result "the page is named in the log" \
		sh -c 'dmesg | grep -q "luo_hugetlb: .*page 1 of the file is poisoned"'
	ktap_finished ;;
esac
