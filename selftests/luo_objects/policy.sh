#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The boot parameter, and later sysfs, select the versions that are written.
#
# vm: boot=pkram,pkram append="luo_object.write=gauge:2,0;later:1"
. ../luo_lib/objects.sh

selected() {
	same "$(cat $objects/gauge/selected)" "$1"
}

case $STAGE in
1)
	ktap_test_result "the parameter is in force" same \
		"$(cat $objects/write)" "gauge:2,0;later:1"
	ktap_test_result "register" luo register gauge 3,2,1,0
	ktap_test_result "the parameter selects" selected 2,0
	ktap_test_result "register what is not named" luo register other 3,2,1,0
	ktap_test_result "of which all are written" same \
		"$(cat $objects/other/selected)" 3,2,1,0
	ktap_test_result "save" luo save gauge 1 10

	ktap_test_result "newest" accepted $objects/write newest
	ktap_test_result "is shown" same "$(cat $objects/write)" newest
	ktap_test_result "selects one" selected 3
	ktap_test_result "save" luo save gauge 2 20
	ktap_test_result "all" accepted $objects/write all
	ktap_test_result "selects all" selected 3,2,1,0
	ktap_test_result "save" luo save gauge 3 30
	ktap_test_result "one" accepted $objects/write "gauge:1"
	ktap_test_result "selects it" selected 1
	ktap_test_result "save" luo save gauge 4 40

	ktap_test_result "stored objects go with the next kexec" \
		refused $objects/write none
	ktap_test_result "also if the kind alone is excluded" \
		refused $objects/write "gauge:none"
	ktap_test_result "a kind to come is excluded" accepted $objects/write \
		"gauge:1;excluded:none"
	ktap_test_result "register" luo register excluded 1,0
	ktap_test_result "selects nothing" same "$(cat $objects/excluded/selected)" ""
	ktap_test_result "nothing is saved" fails $EOPNOTSUPP save excluded 1 10
	ktap_test_result "selected again" accepted $objects/write "gauge:1"
	ktap_test_result "and saved" luo save excluded 1 10

	for policy in "" "none,1" "gauge:none,1" "gauge:1;none" \
		"gauge" "gauge:" "gauge:x" "gauge:9" \
		"gauge:1,9" "gauge:65536" "gauge:1;;other:1" "gauge:1 other:1" \
		"other:1;gauge:7"; do
		ktap_test_result "'$policy' is refused" \
			refused $objects/write "$policy"
	done
	ktap_test_result "and changes nothing" selected 1
	ktap_test_result "nor what is shown" same "$(cat $objects/write)" gauge:1

	ktap_test_result "a kind to come" accepted $objects/write "later:2"
	ktap_test_result "register" luo register later 2,1
	ktap_test_result "is selected" same "$(cat $objects/later/selected)" 2
	ktap_test_result "a kind that cannot do it" accepted $objects/write \
		"tooold:7"
	ktap_test_result "register" luo register tooold 1,0
	ktap_test_result "writes all" same "$(cat $objects/tooold/selected)" 1,0
	end_stage ;;
2)
	ktap_test_result "2 and 0 of four" same \
		"$(sed -n 's/^gauge 1 \([0-9]\).*/\1/p' $lists/incoming | sort | tr -d '\n')" 02
	ktap_test_result "the newest of four" same \
		"$(sed -n 's/^gauge 2 \([0-9]\).*/\1/p' $lists/incoming)" 3
	ktap_test_result "all of four" same \
		"$(sed -n 's/^gauge 3 \([0-9]\).*/\1/p' $lists/incoming | sort | tr -d '\n')" 0123
	ktap_test_result "one of four" same \
		"$(sed -n 's/^gauge 4 \([0-9]\).*/\1/p' $lists/incoming)" 1
	ktap_test_result "drop" accepted $objects/drop gauge
	ktap_test_result "drop" accepted $objects/drop excluded
	end_stage ;;
esac
