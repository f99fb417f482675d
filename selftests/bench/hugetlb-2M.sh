#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A hugetlb file of 1024 pages of 2 MiB. The boot is compared with one that has the same
# hugepages= and no preserved page.
#
# bench: boot=@,@,@ kernels=pkram mem=3G append="hugepages=1024" timeout=1800
. ../luo_lib/functions.sh

more=
ktap_print_header
case $STAGE in
1)	result "boots" true ;;
2)	more=hugetlb_base=$(./hugetlb uptime)
	result "preserve" ./hugetlb preserve ;;
3)	result "boot" ./hugetlb boot
	result "retrieve" ./hugetlb retrieve ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ] || exit 1
[ -z "$more" ] || {
	kexec-load "$NEXT" "$more" && kexec-jump
}
