#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each of five kernels in a row changes the objects of the previous kernel, hands them on,
# and drops the unclaimed ones.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram
. ../luo_lib/objects.sh

# Each kernel has a newer version of the kind, and still the one of the previous kernel.
versions() {
	echo "$(($1 + 1)),$1"
}

pass_on() {
	ktap_test_result "register" luo register gauge "$(versions $STAGE)"
	ktap_test_result "save" luo save gauge 1 $((STAGE * 10))
	ktap_test_result "store" luo store vm 1 0 40 "$STAGE"
	ktap_test_result "store many" luo bulk-store many 1000 32 "$STAGE"
	ktap_test_result "store an array" \
		luo array-store table 1 8 100000 "$STAGE"
	ktap_test_result "store an object that no kernel reads" luo store left "$STAGE" 0 40 1
}

take_over() {
	last=$((STAGE - 1))
	ktap_test_result "register" luo register gauge "$(versions $STAGE)"
	ktap_test_result "load" luo load gauge 1 $((last * 10))
	ktap_test_result "newest common version" same "$said" "$STAGE"
	ktap_test_result "finish" luo finish gauge 1
	ktap_test_result "unregister" luo unregister gauge
	ktap_test_result "read" luo read vm 1 0 40 $last
	ktap_test_result "read many" luo bulk-read many 1000 32 $last
	ktap_test_result "finish many" luo bulk-finish many 1000 32 $last
	ktap_test_result "restore an array" luo array-load table 1 $last
}

[ "$STAGE" -eq 1 ] || take_over
[ "$STAGE" -eq "$STAGES" ] || pass_on
if [ "$STAGE" -gt 1 ]; then
	ktap_test_result "the others are unclaimed" same \
		"$(listed $objects/unclaimed)" "left,1;vm,1;"
	ktap_test_result "finish" luo finish vm 1
	ktap_test_result "drop" accepted $objects/drop left
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
fi
end_stage
