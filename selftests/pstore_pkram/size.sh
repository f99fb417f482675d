#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each kernel sets the size of its log. The next kernel reads a log of any size, and frees it
# if its own size is 0.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram,pkram
. ./functions.sh

case $STAGE in
1)
	result "size by default" same "$(cat $size)" 128
	end_stage "pstore_pkram.size=1" ;;
2)
	result "the least size" same "$(cat $size)" 16
	result "default to least" ends
	result "says whose log it is" headed 1
	end_stage "pstore_pkram.size=100000" ;;
3)
	result "the largest size" same "$(cat $size)" 4096
	result "least to largest" ends
	result "says whose log it is" headed 2
	end_stage "pstore_pkram.size=33" ;;
4)
	result "a size in between" same "$(cat $size)" 64
	result "largest to that" ends
	result "says whose log it is" headed 3
	end_stage "pstore_pkram.size=0" ;;
5)
	result "the size is 0" same "$(cat $size)" 0
	result "no log is shown" nothing_there
	result "the previous log was freed" unlisted $objects/unclaimed
	result "no memory is allocated" unlisted $lists/outgoing
	end_stage ;;
6)
	result "such a kernel hands over no log" nothing_there
	result "and nothing is logged" not_logged pstore_pkram:
	end_stage ;;
7)
	result "a new chain begins" headed 1
	end_stage ;;
esac
