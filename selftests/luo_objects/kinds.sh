#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# With 200 kinds, the list of kinds is larger than the default size of an FDT, a page.
#
# vm: boot=pkram,pkram
. ../luo_lib/objects.sh

each() {
	i=1
	while [ $i -le 200 ]; do
		luo "$1" kind-number-$i $i ${2:+0 40 $i} || return
		i=$((i + 1))
	done
}

case $STAGE in
1)
	ktap_test_result "store" each store data
	ktap_test_result "the list is larger than a page" at_least \
		"$(wc -c </sys/kernel/debug/kho/out/sub_fdts/luo-objects)" 4097
	end_stage ;;
2)
	ktap_test_result "all are listed" same \
		"$(grep -c "kind-number-.* 1$" $objects/unclaimed)" 200
	ktap_test_result "read" each read data
	ktap_test_result "finish" each finish
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
	end_stage ;;
esac
