# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the benchmarks of hugetlb files.

. ../luo_lib/functions.sh

# measure WORK MIB NR - carry a file with that many pages. The boot is compared with one that
# has the same hugepages= and no preserved page.
measure() {
	more=
	ktap_print_header
	case $STAGE in
	1)	result "metadata" ./hugetlb metadata "$@" ;;
	2)	more=hugetlb_base=$(./hugetlb uptime)
		result "preserve" ./hugetlb preserve "$@" ;;
	3)	result "boot" ./hugetlb boot "$@"
		result "retrieve" ./hugetlb retrieve "$@" ;;
	esac
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ] || exit 1
	[ -z "$more" ] || {
		kexec-load "$NEXT" "$more" && kexec-jump
	}
}
