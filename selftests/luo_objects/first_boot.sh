#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# On the first boot there is nothing to restore, and nothing is logged.
#
# vm: boot=pkram
. ../luo_lib/objects.sh

ktap_test_result "read" fails $ENOENT read vm 1 0 40 1
ktap_test_result "finish" fails $ENOENT finish vm 1
ktap_test_result "register" luo register gauge 1,0
ktap_test_result "load" fails $ENOENT load gauge 1 1
ktap_test_result "restore an array" fails $ENOENT array-load table 1 1
ktap_test_result "unclaimed" same "$(listed $objects/unclaimed)" ""
ktap_test_result "drop" refused $objects/drop all
ktap_test_result "incoming" same "$(listed $lists/incoming)" ""
ktap_test_result "nothing is logged" logged "luo_object:" 0
end_stage
