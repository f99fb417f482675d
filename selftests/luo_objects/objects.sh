#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Objects of several kinds, versions and sizes over a kexec. They have the data of the last
# update and are listed. Objects that were aborted or finished are not found.
#
# vm: boot=pkram,pkram
. ../luo_lib/objects.sh

case $STAGE in
1)
	ktap_test_result "store" luo store vm 1 0 40 100
	ktap_test_result "store a second version" luo store vm 1 1 48 101
	ktap_test_result "store a second instance" luo store vm 2 0 40 200
	ktap_test_result "store the largest instance" \
		luo store vm 18446744073709551615 32767 1 300
	ktap_test_result "store the largest size" luo store big 1 0 65536 400
	ktap_test_result "store an optional object" \
		luo store vm 3 7 40 500 optional
	ktap_test_result "store to abort" luo store vm 4 0 40 1
	ktap_test_result "store a kind to abort" luo store gone 1 0 40 1

	ktap_test_result "the same twice" fails $EEXIST store vm 1 0 40 999
	ktap_test_result "no size" fails $EINVAL store vm 9 0 0 1
	ktap_test_result "too large" fails $EINVAL store vm 9 0 65537 1
	ktap_test_result "no such version" fails $EINVAL store vm 9 32768 8 1
	ktap_test_result "no such kind" fails $EINVAL store v/m 9 0 8 1

	ktap_test_result "update" luo update vm 1 1 48 102
	ktap_test_result "update again" luo update vm 1 1 48 103
	ktap_test_result "update to another size" \
		fails $EMSGSIZE update vm 1 1 40 1
	ktap_test_result "update an unknown version" \
		fails $ENOENT update vm 1 2 48 1
	ktap_test_result "update an unknown object" \
		fails $ENOENT update vm 9 0 40 1

	ktap_test_result "abort" luo abort vm 4
	ktap_test_result "abort an unknown object" luo abort vm 9
	ktap_test_result "abort a kind" luo abort gone 1

	ktap_test_result "outgoing objects are listed" same \
		"$(listed $lists/outgoing)" \
		"big,1,0,65536,mandatory;vm,1,0,40,mandatory;vm,1,1,48,mandatory;vm,18446744073709551615,32767,1,mandatory;vm,2,0,40,mandatory;vm,3,7,40,optional;"
	ktap_test_result "no incoming object" same "$(listed $lists/incoming)" ""
	ktap_test_result "nothing to restore" fails $ENOENT read vm 1 0 40 100
	end_stage ;;
2)
	ktap_test_result "incoming objects are listed" same \
		"$(listed $lists/incoming)" \
		"big,1,0,65536,mandatory;vm,1,0,40,mandatory;vm,1,1,48,mandatory;vm,18446744073709551615,32767,1,mandatory;vm,2,0,40,mandatory;vm,3,7,40,optional;"
	ktap_test_result "no outgoing object" same "$(listed $lists/outgoing)" ""

	ktap_test_result "version 0" luo read vm 1 0 40 100
	ktap_test_result "version 1, updated" luo read vm 1 1 48 103
	ktap_test_result "second instance" luo read vm 2 0 40 200
	ktap_test_result "largest instance" \
		luo read vm 18446744073709551615 32767 1 300
	ktap_test_result "largest size" luo read big 1 0 65536 400
	ktap_test_result "optional" luo read vm 3 7 40 500
	ktap_test_result "aborted object" fails $ENOENT read vm 4 0 40 1
	ktap_test_result "aborted kind" fails $ENOENT read gone 1 0 40 1
	ktap_test_result "unknown version" fails $ENOENT read vm 1 2 40 1
	ktap_test_result "unknown kind" fails $ENOENT read mv 1 0 40 1
	ktap_test_result "too small" fails $EMSGSIZE read vm 1 0 32 100
	ktap_test_result "too large" fails $EMSGSIZE read vm 1 0 48 100
	ktap_test_result "nothing was changed by that" luo read vm 1 0 40 100

	ktap_test_result "finish" luo finish vm 1
	ktap_test_result "finished" fails $ENOENT read vm 1 0 40 100
	ktap_test_result "finished in all versions" \
		fails $ENOENT read vm 1 1 48 103
	ktap_test_result "finish twice" fails $ENOENT finish vm 1
	ktap_test_result "others are found" luo read vm 2 0 40 200
	for id in "vm 2" "vm 3" "vm 18446744073709551615" "big 1"; do
		ktap_test_result "finish $id" luo finish $id
	done
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
	ktap_test_result "nothing is listed" same "$(listed $lists/incoming)" ""
	end_stage ;;
esac
