#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A corrupt log of the previous kernel is refused and freed.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram append="pstore_pkram.size=0"
. ./functions.sh

# refused WHAT - check that the log is not shown and that this kernel will hand over its own.
refused() {
	result "$1: no log is shown" nothing_there
	result "$1: an error is logged" logged \
		"pstore_pkram: the log of the previous kernel cannot be read"
	result "$1: is freed" unlisted $objects/unclaimed
	result "$1: another log will be handed over" listed $lists/outgoing
}

# left - check that the log of the last kernel was freed.
left() {
	result "no log is shown" nothing_there
	result "the log was freed" unlisted $objects/unclaimed
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
