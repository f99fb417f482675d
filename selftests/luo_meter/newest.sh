#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# An object that only version 2 of the driver reads is not lost while version 1 is loaded.
# It stays until version 2 loads it.
#
# vm: boot=pkram,pkram
. ./functions.sh

case $STAGE in
1)
	echo meter:2 >$objects/write
	result "load version 2" modprobe $v2
	result "writes version 2 alone" \
		[ "$(cat $objects/meter/selected)" = 2 ]
	result "reading" set_to reading 42 ;;
2)
	result "load version 1" modprobe $v1
	result "starts from zero" shows total=0 nr_kernels=1
	result "the error is logged" logged "the state of the previous kernel was not restored"
	result "with the versions found" logged \
		"kind meter instance 0: found versions 2, understood are 1"
	result "the object stays" listed $objects/unclaimed
	result "unload version 1" rmmod $v1
	result "load version 2 again" modprobe $v2
	result "it has all values" shows total=42 nr_kernels=2 peak=42
	result "the object is claimed" unlisted $objects/unclaimed ;;
esac
end_stage
