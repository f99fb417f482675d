#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A thousand files of three handlers in many sessions, and a hundred thousand
# objects, in one update.
#
# vm: boot=fault,fault mem=1G cpus=2
. ../luo_lib/objects.sh
. ../luo_lib/policy.sh

case $STAGE in
1)
	result "write all versions" write all
	ktap_subtest "save 500 files" ./crowd save 0 500
	result "write the newest version" write newest
	ktap_subtest "save 500 more" ./crowd save 500 500
	result "store 100,000 objects" luo bulk-store crowd 100000 40 1 ;;
2)
	result "100,000 objects are there" luo bulk-read crowd 100000 40 1
	ktap_subtest "500 files are there" ./crowd check 0 500
	ktap_subtest "so are the others" ./crowd check 500 500
	result "the objects can be finished" luo bulk-finish crowd 100000 40 1 ;;
esac
end_stage
