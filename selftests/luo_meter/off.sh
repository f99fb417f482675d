#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update the driver works, but loses its state.
#
# vm: boot=pkram,pkram append="liveupdate=off"
. ./functions.sh

case $STAGE in
1)
	result "load" modprobe $v2 limit=5
	result "reading" set_to reading 5
	result "adds up" shows total=5 limit=5 nr_kernels=1 peak=5
	result "load the other" \
		not_loaded "Device or resource busy" insmod $modules/$v1.ko
	result "unload" rmmod $v2
	result "the device is gone" [ ! -e $meter ]
	result "load the other now" modprobe $v1
	result "reading of the other" set_to reading 6 ;;
2)
	result "load in the next kernel" modprobe $v2
	result "starts from zero" shows total=0 limit=100 nr_kernels=1 ;;
esac
end_stage
