#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What cannot be preserved is refused, and luoctl says before the kexec that stock Linux
# would lose the files.
#
# vm: boot=pkram,stock arch=x86_64 append="hugepages=8"
. ./functions.sh

# session FATE - check what luoctl says of the session with a file.
session() {
	luoctl check /boot/stock >/tmp/check
	grep -q "^file[:,] .*$1" /tmp/check && return
	sed 's/^/# /' /tmp/check
	return 1
}

ktap_print_header
case $STAGE in
1)	ktap_set_plan 6
	result "a file open for reading" ./pool refuse EOPNOTSUPP ro
	result "nothing is left of it" has "8 8 0 0"
	echo content >/tmp/content
	result "save a file" luoctl save file --copy note=/tmp/content
	result "without a hugetlb file it survives" session survives
	result "save a hugetlb file" ./pool save 2
	result "with a hugetlb file it is lost" session "is lost"
	luoctl abort file ;;
2)	ktap_set_plan 1
	result "stock boots" true ;;
esac
ktap_finished
