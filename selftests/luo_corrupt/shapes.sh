#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A field of each shape has a value that its table does not allow, with a valid CRC: a
# string, a mask, a number with a range, a reserved field, an enum, a boolean, and the
# elements of lists. Each is named in the log, and the administrator can drop the object.
#
# vm: boot=fault,fault,fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# The offsets of fields in version 2 of a device, and in version 4 of a domain. Each is one
# of two or more fields in 8 bytes.
name=0
features=16
count=40
version=48
kind=56
mtu=64
type=16

# damage NAME WORDS... - make a result of a corruption that updates the CRC.
damage() {
	damage_name=$1
	shift
	result "damage $damage_name" corrupt "$@" crc
}

# says NAME WORDS - make a result of whether the log has the words.
says() {
	result "$1 is named" sh -c "dmesg | grep -qF \"$2\""
}

# device NR ERRNO - check that the elements of a device were refused.
device() {
	says "device $1" "kind queues_device instance $1: not loaded, because of field queues: $2"
}

# renew - drop what was not loaded, and load new devices and a new domain.
renew() {
	result "no device is stored" same "$(grep -c ^queues_device $lists/outgoing)" 0
	result "drop the devices" accepted $objects/drop queues_device
	result "drop the domain" accepted $objects/drop domain
	rmmod luo_object_queues
	create
}

create() {
	result "load devices" modprobe luo_object_queues devices=4 features=6
	result "load a domain" \
		modprobe luo_object_domain tables=1 pasids=7 regions=4096,8191,8192,9000
}

# The devices are loaded, or not. The domain is not, and its module fails.
load() {
	result "load devices" modprobe luo_object_queues
	result "the domain is refused" sh -c "! modprobe luo_object_domain 2>/dev/null"
}

case $STAGE in
1)
	create
	damage "a string" object/queues_device/0 data $name 0x4141414141414141
	damage "its end" object/queues_device/0 data $((name + 8)) 0x4141414141414141
	damage "a mask" object/queues_device/1 data $features ^0x800000000
	damage "a number" object/queues_device/2 data $mtu 67
	damage "a reserved field" object/queues_device/3 data $mtu ^0x100000000
	damage "an enum" object/domain/0 data $type ^0x800000000 ;;
2)
	load
	says "the string" "kind queues_device: field name is a string without a NUL in 16 bytes"
	says "the mask" "kind queues_device: field features has the unknown bits 0x8, known are 0x7"
	says "the number" "kind queues_device: field mtu is 67, expected 68 to"
	says "the reserved field" "kind queues_device: field reserved is not zero"
	says "the enum" "kind domain: field type is 10, which is not a known value"
	renew
	damage "the kind of elements" object/queues_device/0 data $kind ^0x100000000
	damage "the number of elements" object/queues_device/1 data $count +1
	damage "the version of elements" object/queues_device/2 data $version ^0xb00000000
	damage "an element" object/queues_device/3 element:1 0 0
	damage "a boolean" object/domain/0 data $type ^0x20000000000 ;;
3)
	load
	says "the kind" "expected 66b86d14 of queues_queue"
	device 0 "it cannot be read: -71"
	device 1 "its elements are corrupt: -74"
	says "the version" "kind queues_queue version 9: found elements of 16 bytes, expected 17 to"
	device 2 "its elements are corrupt: -74"
	says "the value" "kind queues_queue: field entries is 0, expected 1 to 4096"
	says "the element" "kind queues_queue: element 1 of 2 is invalid"
	device 3 "it cannot be read: -34"
	says "the boolean" "kind domain: field attached is 2, which is not a known value"
	renew
	damage "the layout of elements" object/queues_device/0 data $kind ^1
	result "damage an element without its CRC" \
		corrupt object/queues_device/1 element:0 0 ^1
	damage "a mask of a domain" object/domain/0 data $type ^0x20000000000000 ;;
4)
	load
	says "the layout" "kind queues_queue version 2: found elements of 16 bytes with digest"
	device 0 "it cannot be read: -71"
	device 1 "its elements are corrupt: -74"
	says "the mask" "kind domain: field features has the unknown bits 0x20, known are 0x7"
	result "the other devices are loaded" \
		same "$(grep -c ^queues_device $lists/outgoing)" 2
	result "drop the devices" accepted $objects/drop queues_device
	result "drop the domain" accepted $objects/drop domain
	result "load a domain" \
		modprobe luo_object_domain tables=1 regions=4096,8191,8192,9000
	damage "a region" object/domain/0 element:1 8 0 ;;
5)
	result "the domain is refused" sh -c "! modprobe luo_object_domain 2>/dev/null"
	says "the region" "kind domain_region: element 1 of 2 is invalid"
	says "the field" "kind domain instance 0: not loaded, because of field regions: it cannot be read: -34"
	result "drop the domain" accepted $objects/drop domain ;;
esac
end_stage
