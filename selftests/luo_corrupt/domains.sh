#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A domain has a value that its table does not allow, with a valid CRC: in a nested struct,
# in an array of numbers, and in the elements of an xarray. Each is named in the log, and
# the administrator can drop the domain.
#
# vm: boot=fault,fault,fault,fault,fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

# The offsets of fields in version 4 of a domain. Each device is half of 8 bytes.
last=32
devices=56

# create - load a domain with two address spaces, which are in the order of their numbers.
create() {
	result "load a domain" modprobe luo_object_domain tables=1 pasids=9,7 \
		devices=1,2,3,4 regions=4096,8191
}

# has LINE - check that the log has the line. modprobe may try more than once.
has() {
	dmesg | grep -qF "$1"
}

# refused LINE... - check that the domain is not loaded, that the log has the lines, and that
# it can be dropped.
refused() {
	result "the domain is refused" sh -c "! modprobe luo_object_domain 2>/dev/null"
	for refused_line; do
		result "the log says: $refused_line" has "$refused_line"
	done
	result "drop the domain" accepted $objects/drop domain
}

case $STAGE in
1)
	create
	result "damage a nested struct" \
		corrupt object/domain/0 data $last ^0x8000000000000000 crc ;;
2)
	refused "kind domain: field aperture.last is 9223372041149743103, expected 0 to 144115188075855871"
	create
	result "damage the second number of an array" \
		corrupt object/domain/0 data $devices ^0x1000000000000 crc ;;
3)
	refused "kind domain: field devices is 65538, expected 0 to 65535"
	create
	result "damage the key of an element" \
		corrupt object/domain/0 element2:1 0 0 crc ;;
4)
	refused "kind domain_space: field pasid is 0, expected 1 to" \
		"kind domain_space: element 1 of 2 is invalid" \
		"kind domain instance 0: not loaded, because of field spaces: it cannot be read: -34"
	create
	result "give two elements the same key" \
		corrupt object/domain/0 element2:1 0 7 crc ;;
5)
	refused "kind domain instance 0: not loaded, because of field spaces: its elements are corrupt: -74"
	create
	result "damage a reserved field of an element" \
		corrupt object/domain/0 element2:0 8 ^0x100000000 crc ;;
6)
	refused "kind domain_space: field reserved is not zero" \
		"kind domain_space: element 0 of 2 is invalid" ;;
esac
end_stage
