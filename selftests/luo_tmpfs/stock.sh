#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Stock Linux reads no session if a tree is in one, and luoctl says so before the kexec.
#
# vm: boot=pkram,stock
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
1)
	ktap_set_plan 4
	echo content >/tmp/content
	result "save a file" luoctl save file --copy note=/tmp/content
	result "without a tree it survives" session survives
	mount_tmpfs /tmp/tree
	result "save a tree" ./tree save trees /tmp/tree
	result "with a tree it is lost" session "is lost"
	luoctl abort file ;;
2)
	ktap_set_plan 1
	result "stock boots" true ;;
esac
ktap_finished
