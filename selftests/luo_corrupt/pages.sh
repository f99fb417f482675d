#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A domain has another number of page tables than its list, a list that is not there, and
# elements that are not there: each is named in the log, and the administrator can drop the
# domain.
#
# vm: boot=fault,fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# The offsets of tables.nr_pages, tables.runs.array and spaces.array in version 4.
nr_pages=104
runs=112
spaces=144

# named FIELD WHY - check that the log has the reason. modprobe may try more than once.
named() {
	dmesg | grep -qF "kind domain instance 0: not loaded, because of field $1: $2: -74"
}

# domain FIELD WHY - expect that the domain is refused because of FIELD, and load a new one.
domain() {
	result "the domain is refused" sh -c "! modprobe luo_object_domain 2>/dev/null"
	result "the field is named" named "$@"
	result "drop the domain" accepted $objects/drop domain
	result "load" modprobe luo_object_domain tables=3 pasids=7
	result "its page tables are new" logged "page table 2 of 3 has its entries" 1
}

case $STAGE in
1)
	result "load" modprobe luo_object_domain tables=3 pasids=7
	result "change the number of pages" \
		corrupt object/domain/0 data $nr_pages +1 crc ;;
2)
	domain tables "its list has another number of pages"
	result "let the list lead nowhere" \
		corrupt object/domain/0 data $runs @free crc ;;
3)
	domain tables "its list is corrupt"
	result "let the elements lead nowhere" \
		corrupt object/domain/0 data $spaces @free crc ;;
4)
	domain spaces "its elements are corrupt" ;;
esac
end_stage
