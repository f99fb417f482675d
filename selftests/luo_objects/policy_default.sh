#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An invalid boot parameter is reported, and every version is written.
#
# vm: append="luo_object.write=gauge:latest"
. ../luo_lib/objects.sh

ktap_test_result "one line" logged "luo_object:.luo_object.write=gauge:latest" 1
ktap_test_result "that says so" logged "luo_object:.*writing.all" 1
ktap_test_result "all" same "$(cat $objects/write)" all
ktap_test_result "register" luo register gauge 2,1
ktap_test_result "all are selected" same "$(cat $objects/gauge/selected)" 2,1
end_stage
