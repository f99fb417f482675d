#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Two kernels with different versions of a kind use the newest common one, and
# report an error if there is none.
#
# vm: boot=pkram,pkram
. ../luo_lib/objects.sh

case $STAGE in
1)
	ktap_test_result "register" luo register older 5,3,1
	ktap_test_result "save" luo save older 1 10
	ktap_test_result "register" luo register newer 1,0
	ktap_test_result "save" luo save newer 1 20
	ktap_test_result "register" luo register other 7,6
	ktap_test_result "save" luo save other 1 30
	ktap_test_result "register" luo register some 7o,6o
	ktap_test_result "save" luo save some 1 40
	ktap_test_result "register" luo register mixed 7o,6
	ktap_test_result "save" luo save mixed 1 50
	ktap_test_result "register" luo register oneway 4r,3,2w
	ktap_test_result "save" luo save oneway 1 60

	ktap_test_result "readable" same "$(cat $objects/oneway/readable)" 4,3
	ktap_test_result "writable" same "$(cat $objects/oneway/writable)" 3,2
	ktap_test_result "selected" same "$(cat $objects/oneway/selected)" 3,2
	ktap_test_result "save twice" fails $EEXIST save older 1 11
	ktap_test_result "register twice" fails $EEXIST register older 1
	ktap_test_result "register oldest first" fails $EINVAL register bad 1,2
	ktap_test_result "unregister" luo unregister older
	ktap_test_result "unregistered" [ ! -e $objects/older ]
	end_stage ;;
2)
	ktap_test_result "register" luo register older 4,3,2,1,0
	ktap_test_result "load" luo load older 1 10
	ktap_test_result "newest common version" same "$said" 3

	ktap_test_result "register" luo register newer 3,2,1
	ktap_test_result "load" luo load newer 1 20
	ktap_test_result "newest of the older kernel" same "$said" 1

	ktap_test_result "register" luo register other 2,1,0w
	ktap_test_result "no common version" \
		fails $EPROTONOSUPPORT load other 1 30
	ktap_test_result "it is logged once" logged \
		"kind.other.instance.1:.found.versions.7,6,.understood.are.2,1" 1
	ktap_test_result "the object stays" luo read other 1 7 72 37

	ktap_test_result "register" luo register some 2,1,0
	ktap_test_result "unknown and optional" fails $ENOENT load some 1 40
	ktap_test_result "it is not logged" logged "kind.some" 0

	ktap_test_result "register" luo register mixed 2,1,0
	ktap_test_result "one of them is mandatory" \
		fails $EPROTONOSUPPORT load mixed 1 50

	ktap_test_result "register" luo register oneway 4,3,2
	ktap_test_result "load" luo load oneway 1 60
	ktap_test_result "what was written" same "$said" 3
	ktap_test_result "unknown object" fails $ENOENT load oneway 2 60

	for kind in older newer other some mixed oneway; do
		ktap_test_result "finish $kind" luo finish $kind 1
	done
	ktap_test_result "nothing is left" same "$(listed $objects/unclaimed)" ""
	end_stage ;;
esac
