#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The size of the log is the kernel's own: the next one reads it whatever its own
# size is, and gives the memory back if it wants none.
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
	result "no log is wanted" same "$(cat $size)" 0
	result "nothing is shown" nothing_there
	result "nothing is left behind" unlisted $objects/unclaimed
	result "no memory is taken" unlisted $lists/outgoing
	end_stage ;;
6)
	result "there is none from such a kernel" nothing_there
	result "which is nothing to talk about" not_logged pstore_pkram:
	end_stage ;;
7)
	result "begins anew" headed 1
	end_stage ;;
esac
