#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An older and a newer build hand objects of one kind to each other. The newer build fills
# fields that the older one does not have, and refuses to save a value that the older
# version cannot hold.
#
# vm: boot=old,pkram,old,pkram
. ../luo_lib/objects.sh

kind=/sys/kernel/debug/luo_object_test_kind

save() {
	echo "$*" >$kind
}

# loads INSTANCE LEVEL COLOUR - load an object, which must have these values.
loads() {
	echo "$1" >$kind && [ "$(cat $kind)" = "$*" ]
}

case $STAGE in
1)
	ktap_test_result "older: readable" [ "$(cat $objects/test/readable)" = 0 ]
	ktap_test_result "older: save" save 1 50 0
	ktap_test_result "older: out of range" refused $kind "2 101 0" ;;
2)
	ktap_test_result "newer: readable" [ "$(cat $objects/test/readable)" = 1,0 ]
	ktap_test_result "older to newer: filled in" loads 1 50 7
	ktap_test_result "newer: save" save 1 60 7
	ktap_test_result "newer: save a value that the older version cannot hold" \
		save 2 60 9
	ktap_test_result "newer: it is logged" logged \
		"kind.test:.version.0.is.not.written,.it.has.no.field.colour" 1 ;;
3)
	ktap_test_result "newer to older" loads 1 60 0
	ktap_test_result "newer to older: not understood" refused $kind 2
	ktap_test_result "older: it is logged" logged \
		"kind.test.instance.2:.found.versions.1,.understood.are.0" 1
	ktap_test_result "older: save" save 3 70 0 ;;
4)
	ktap_test_result "older to newer again" loads 3 70 7 ;;
esac
end_stage
