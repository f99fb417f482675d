#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Corrupt files of the previous kernel are refused, and other files are retrieved:
# with version 1 alone, and with version 0. All pages are retrieved at once: otherwise
# two extents with the same page frames are noticed when the pages are used.
#
# vm: boot=fault,fault,fault mem=1G append=luo_memfd.lazy=off
. ./corrupt.sh

# The most memory that may be lost with a file of 40 pages and its structures, in KiB.
lost=250

write() {
	echo "$1" >/sys/kernel/luo_objects/write
}

ktap_print_header
case $STAGE in
1)
	preserve_others
	result "write version 1" write newest
	ktap_subtest "save" ./memfds save memfds-v1.cases ;;
2)
	ktap_subtest "version 1" ./memfds check memfds-v1.cases
	check_others $(($(names memfds-v1.cases | wc -l) * lost))
	result "write both versions" write all
	ktap_subtest "save" ./memfds save memfds-v0.cases ;;
3)
	ktap_subtest "version 0" ./memfds check memfds-v0.cases
	check_others $(($(names memfds-v0.cases | wc -l) * lost)) ;;
esac
end_stage
