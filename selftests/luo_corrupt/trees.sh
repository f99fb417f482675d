#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Corrupt trees of the previous kernel are refused, with a line in the log that has the node
# or its path, and the other tree of the same session is retrieved.
#
# vm: boot=fault,fault mem=1G
. ./corrupt.sh

# The most memory that may be lost with a tree of 3 pages and its structures, in KiB.
lost=64

ktap_print_header
case $STAGE in
1)
	preserve_others
	mkdir /tmp/trees
	mount -t tmpfs tmpfs /tmp/trees
	ktap_subtest "save" ./trees save trees.cases ;;
2)
	ktap_subtest "check" ./trees check trees.cases
	check_others $(($(names trees.cases | wc -l) * lost)) ;;
esac
end_stage
