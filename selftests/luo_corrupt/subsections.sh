#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The subsection of a device is corrupt, and then the record of another one: each is named
# in the log, and the other devices are loaded.
#
# vm: boot=fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# devices NR... - check that these devices are stored, and no others.
devices() {
	same "$(sed -n 's/^queues_device \([0-9]*\) .*/\1/p' \
		/sys/kernel/debug/luo_objects/outgoing | uniq | tr '\n' ' ')" "$* "
}

case $STAGE in
1)
	result "load" modprobe luo_object_queues devices=4 filter=80
	result "all devices are stored" devices 0 1 2 3
	result "damage a filter" \
		corrupt object/queues_device.filter/1 data 0 ^1 ;;
2)
	result "load" modprobe luo_object_queues
	result "the damaged filter is named" \
		logged "kind queues_device.filter instance 1 version 1: data is damaged" 1
	result "and its device" \
		logged "kind queues_device instance 1: not loaded, because subsection filter cannot be loaded: -74" 1
	result "the other devices are loaded" devices 0 2 3
	result "damage the record of a filter" \
		corrupt object/queues_device.filter/2 record crc ^1
	result "drop the device that was not loaded" \
		accepted $objects/drop queues_device ;;
3)
	result "load" modprobe luo_object_queues
	result "the device of the lost filter is named" \
		logged "kind queues_device instance 2: not loaded, because subsection filter cannot be loaded: -74" 1
	result "a device without a filter, and one whose filter is valid, are loaded" \
		devices 0 3 ;;
esac
end_stage
