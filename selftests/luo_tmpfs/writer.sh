#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Nothing that was written before the kexec is lost while a process writes to the tree all
# the time, and none of its calls succeeds after the freeze.
#
# vm: boot=pkram,pkram
. ./functions.sh

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 2
	mount_tmpfs /tmp/tree
	result "write" ./writer start /tmp/tree
	result "save" ./tree save writer /tmp/tree ;;
2)
	ktap_set_plan 2
	mkdir /tmp/tree
	result "restore" ./tree restore writer /tmp/tree
	result "nothing is lost" ./writer check /tmp/tree ;;
esac
ktap_finished
