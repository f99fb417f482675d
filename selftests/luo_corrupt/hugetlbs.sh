#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Corrupt hugetlb files of the previous kernel are refused, with a line in the log, and the
# other file of the same session is retrieved.
#
# vm: boot=fault,fault arch=x86_64 mem=2G append="hugepages=280"
. ./corrupt.sh

# The most memory that may be lost with a file of 3 pages and its structures, in KiB.
lost=6208

ktap_print_header
case $STAGE in
1)
	preserve_others
	ktap_subtest "save" ./hugetlbs save hugetlbs.cases ;;
2)
	ktap_subtest "check" ./hugetlbs check hugetlbs.cases
	check_others $(($(names hugetlbs.cases | wc -l) * lost)) ;;
esac
end_stage
