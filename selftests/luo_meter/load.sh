#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Load and unload the driver. Only one version can be loaded, and unloading it leaves no
# object.
#
# vm: boot=pkram
. ./functions.sh

result "no such limit" \
	not_loaded "Invalid argument" insmod $modules/$v2.ko limit=0
result "load" insmod $modules/$v2.ko
result "its versions" [ "$(cat $objects/meter/selected)" = 2,1 ]
result "is stored" listed $lists/outgoing
result "load twice" not_loaded "File exists" insmod $modules/$v2.ko
result "load the other" not_loaded "Device or resource busy" \
	insmod $modules/$v1.ko
result "which changes nothing" shows total=0 limit=100 nr_kernels=1
result "no reading" refused reading much
result "too large a reading" refused reading 101
result "no limit" refused limit 0
result "a limit out of range" refused limit 4294967296
result "largest limit" set_to limit 4294967295
result "largest reading" set_to reading 4294967295
result "again" set_to reading 4294967295
result "are added" shows total=8589934590 peak=4294967295
result "unload" rmmod $v2
result "the device is gone" [ ! -e $meter ]
result "the kind is gone" [ ! -e $objects/meter ]
result "the object is gone" unlisted $lists/outgoing
result "load the other now" insmod $modules/$v1.ko limit=3
result "starts from zero" shows total=0 limit=3 nr_kernels=1
result "unload the other" rmmod $v1
for round in 1 2 3 4; do
	result "load, round $round" insmod $modules/$v2.ko
	result "unload, round $round" rmmod $v2
done
result "nothing is left" unlisted $lists/outgoing
end_stage
