#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An object that only version 2 of the driver reads is not lost if version 1 runs:
# it stays until version 2 loads it.
#
# vm: boot=pkram,pkram
. ./functions.sh

case $STAGE in
1)
	echo meter:2 >$objects/write
	result "load version 2" modprobe $v2
	result "writes that alone" \
		[ "$(cat $objects/meter/selected)" = 2 ]
	result "reading" set_to reading 42 ;;
2)
	result "load version 1" modprobe $v1
	result "begins anew" shows total=0 nr_kernels=1
	result "says why" logged "starts from nothing"
	result "with what there was" logged \
		"kind meter instance 0: found versions 2, understood are 1"
	result "leaves it" listed $objects/unclaimed
	result "unload version 1" rmmod $v1
	result "load version 2 after all" modprobe $v2
	result "has it all" shows total=42 nr_kernels=2 peak=42
	result "claims it" unlisted $objects/unclaimed ;;
esac
end_stage
