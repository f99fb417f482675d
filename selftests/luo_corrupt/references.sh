#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A reference leads nowhere, a device is corrupt, and then the limit that a device refers
# to: each is named in the log, and the devices that can be loaded are loaded.
#
# vm: boot=fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# devices NR... - check that these devices are stored, and no others.
devices() {
	same "$(sed -n 's/^queues_device \([0-9]*\) .*/\1/p' \
		/sys/kernel/debug/luo_objects/outgoing | tr '\n' ' ')" "$* "
}

case $STAGE in
1)
	result "load" modprobe luo_object_queues devices=4 features=6
	result "each device is stored in one version" devices 0 1 2 3
	result "let a reference lead nowhere" \
		corrupt object/queues_device/1 data 24 7 crc
	result "damage a device" corrupt object/queues_device/2 data 0 ^1 ;;
2)
	result "load" modprobe luo_object_queues
	result "the reference is named" \
		logged "kind queues_device instance 1: field limit refers to kind queues_limit instance 7, which was not stored, or was freed" 1
	result "the damaged device is named" \
		logged "kind queues_device instance 2 version 2: data is damaged" 1
	result "the other devices are loaded" devices 0 3
	result "damage the limit" corrupt object/queues_limit/0 record crc ^1
	result "drop the devices that were not loaded" \
		accepted $objects/drop queues_device ;;
3)
	result "load" modprobe luo_object_queues
	result "the reference to the limit is named" \
		logged "kind queues_device instance 3: field limit refers to kind queues_limit instance 0, which may be lost, because the table of its kind is damaged" 1
	result "the device without a limit is loaded" devices 0 ;;
esac
end_stage
