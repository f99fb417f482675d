#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The numbers of huge pages that the previous kernel has preserved are corrupt or too large:
# the kernel says so, the pool has the pages of hugepages=, and the file is retrieved.
#
# vm: boot=fault,fault,fault,fault,fault,fault,fault arch=x86_64 mem=1G append="hugepages=20"
. ./functions.sh

# logged REGEX - check that a line of the kernel's log matches.
logged() {
	dmesg | grep -q -- "$1"
}

# damage FIELD VALUE [crc] - change the numbers right before the kexec.
damage() {
	echo "fdt $*" >/sys/kernel/debug/luo_corrupt/command
}

ktap_print_header
case $STAGE in
2)	log="are corrupt or of another version" before="20 20 0 0" after="24 20 0 0" ;;
3)	log="are corrupt or of another version" before="20 20 0 0" after="24 20 0 0" ;;
4)	log="are not possible" before="20 20 0 0" after="24 20 0 0" ;;
5)	log="are not possible" before="20 20 0 0" after="24 20 0 0" ;;
6)	log="has preserved 4 huge pages of 2048 kB, and the pool waits for 9" before="16 16 0 0" after="20 16 0 0" ;;
7)	log="has preserved 4 huge pages of 2048 kB, and the pool waits for 2" before="18 18 0 0" after="22 18 0 0" ;;
esac
if [ "$STAGE" -gt 1 ]; then
	result "the pool before retrieve" has "$before"
	result "it is in the log" logged "luo_hugetlb: .*$log"
	result "retrieve" ./pool retrieve 4
	result "the pool after retrieve" has "$after"
fi
if [ "$STAGE" -lt 7 ]; then
	result "save" ./pool save 4
fi
case $STAGE in
1)	result "damage the magic number" damage hugetlb_pool magic ^1 ;;
2)	result "damage a number" damage hugetlb_node:0 nr ^1 ;;
3)	result "a node that does not exist" damage hugetlb_node:0 nid 77 crc ;;
4)	result "more pages than there are" damage hugetlb_node:0 nr 0x1000000000 crc ;;
5)	result "too many pages" damage hugetlb_node:0 nr 9 crc ;;
6)	result "too few pages" damage hugetlb_node:0 nr 2 crc ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
