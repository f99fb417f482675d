#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update the calls say that there is none, and the log nothing.
#
# vm: append="liveupdate=off"
. ./driver.sh

ktap_test_result "store" fails $EOPNOTSUPP store vm 1 0 40 1
ktap_test_result "update" fails $EOPNOTSUPP update vm 1 0 40 1
ktap_test_result "abort" luo abort vm 1
ktap_test_result "read" fails $EOPNOTSUPP read vm 1 0 40 1
ktap_test_result "finish" fails $EOPNOTSUPP finish vm 1
ktap_test_result "register" fails $EOPNOTSUPP register gauge 1,0
ktap_test_result "unclaimed" same "$(listed $objects/unclaimed)" ""
ktap_test_result "drop" refused $objects/drop all
ktap_test_result "outgoing" same "$(listed $lists/outgoing)" ""
ktap_test_result "incoming" same "$(listed $lists/incoming)" ""
ktap_test_result "nothing is said" logged "luo_object:" 0
end_stage
