#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# System calls do on a tree that was retrieved what they do on a new tmpfs, and no file is
# changed by the test.
#
# vm: boot=pkram,pkram
. ./functions.sh

# calls DIRECTORY - run the system calls there.
calls() {
	tests=$PWD
	(cd "$1" && "$tests/calls")
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 2
	mount_tmpfs /tmp/tree size=100m,nr_inodes=3000
	make_tree /tmp/tree
	ktap_subtest "a new tmpfs" calls /tmp/tree
	result "save" luoctl save tree --tree tree=/tmp/tree ;;
2)
	ktap_set_plan 3
	mkdir /tmp/tree
	result "restore" luoctl restore --mount tree=/tmp/tree tree
	find /tmp/tree -type f -exec sha256sum {} + | sort >/tmp/before
	ktap_subtest "a tree that was retrieved" calls /tmp/tree
	find /tmp/tree -type f -exec sha256sum {} + | sort >/tmp/after
	result "no file has changed" cmp /tmp/before /tmp/after ;;
esac
ktap_finished
