#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A corrupt log of the previous kernel is refused and freed.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram append="pstore_pkram.size=0"
. ./functions.sh

# refused WHAT - what was left is not shown, and this kernel hands over its own.
refused() {
	result "$1: nothing is shown" nothing_there
	result "$1: says so" logged \
		"pstore_pkram: the log of the previous kernel cannot be read"
	result "$1: is freed" unlisted $objects/unclaimed
	result "$1: there will be another" listed $lists/outgoing
}

# left - what the last kernel left is freed, and there is room for the next.
left() {
	result "nothing is shown" nothing_there
	result "what there was is freed" unlisted $objects/unclaimed
}

case $STAGE in
1)
	ktap_subtest "pages of something else" ../pkram/script <<-EOF
	0 ok prepare_save pstore
	0 ok prepare_save_obj
	0 ok alloc 1 0 3
	0 ok save 1 0
	0 ok free
	0 ok alloc 2 1 0
	0 ok save 2 0
	0 ok free
	0 ok write 3 100 0
	0 ok finish_save_obj
	0 ok finish_save
	EOF
	end_stage "pstore_pkram.size=64" ;;
2)
	refused "pages"
	end_stage "pstore_pkram.size=0" ;;
3)
	left
	ktap_subtest "no object" ../pkram/script <<-EOF
	0 ok prepare_save pstore
	0 ok finish_save
	EOF
	end_stage "pstore_pkram.size=64" ;;
4)
	refused "no object"
	end_stage "pstore_pkram.size=0" ;;
5)
	left
	ktap_subtest "no page" ../pkram/script <<-EOF
	0 ok prepare_save pstore
	0 ok prepare_save_obj
	0 ok write 3 100 0
	0 ok finish_save_obj
	0 ok finish_save
	EOF
	end_stage "pstore_pkram.size=64" ;;
6)
	refused "no page"
	end_stage ;;
esac
