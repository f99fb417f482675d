#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A domain is updated, rolled back, and updated again, by two builds of the kernel: a
# string, a boolean, an enum, a mask, an array of numbers, nested structs, a list, pages and
# an xarray cross the kexec in both directions, and are shown by their names.
#
# vm: boot=old,pkram,old,pkram,old
. ../luo_lib/dump.sh

v1=luo_object_domain_v1
v4=luo_object_domain
modules=/lib/modules/$(uname -r)/kernel/samples/luo_object
objects=/sys/kernel/luo_objects

# shows LINE... - succeed if each is a field of the domain in its newest stored version.
shows() {
	fields "domain 0" "$@"
}

# shows_only LINE... - the same, if it has no other fields and elements.
shows_only() {
	only_fields "domain 0" "$@"
}

# refused WORDS COMMAND... - succeed if it fails and the kernel logs WORDS.
refused() {
	refused_words=$1
	shift
	! "$@" 2>/dev/null && dmesg | grep -qF "$refused_words"
}

logged() {
	dmesg | grep -qF "$1"
}

has_spaces() {
	logged "address space 9 is attached to device 0" &&
		logged "address space 5 is attached to device 1"
}

has_regions() {
	dmesg | sed -n 's/.*: region from \(.*\) is reserved$/\1/p' >/tmp/regions
	printf '%s\n' "4096 to 8191" "65536 to 131071" "0 to 1" | cmp -s - /tmp/regions
}

# everything KERNELS - succeed if version 4 of the domain has all its fields and elements.
everything() {
	shows_only 'driver "sample"' "nr_kernels $1" "type identity" "attached false" \
		"features 0" "aperture.start 0" "aperture.last 4294967295" \
		"interrupts.start 0" "interrupts.last 1023" "devices 7 8 9 0" \
		"regions.count 3" "regions.stride 16" "regions.version 1" \
		"regions[0].start 4096" "regions[0].last 8191" \
		"regions[1].start 65536" "regions[1].last 131071" \
		"regions[2].start 0" "regions[2].last 1" \
		"tables.nr_pages 3" "spaces.count 2" "spaces.stride 16" "spaces.version 1" \
		"spaces[0].pasid 5" "spaces[0].device 1" \
		"spaces[1].pasid 9" "spaces[1].device 0"
}

# arrives KERNELS - make results for all that version 4 of the domain has.
arrives() {
	result "4 to 4" everything "$1"
	result "with the page tables" logged "page table 2 of 3 has its entries"
	result "and the address spaces" has_spaces
	result "and the regions, in order" has_regions
	result "all is claimed" sh -c "! grep -q ^domain $objects/unclaimed"
}

ktap_print_header
case $STAGE in
1)
	result "a value that is not known is refused" \
		refused "kind domain: field type is 3, which is not a known value" \
		insmod $modules/$v1.ko type=3
	result "so is an unknown bit" \
		refused "kind domain: field features has the unknown bits 0x8, known are 0x7" \
		insmod $modules/$v1.ko features=9
	result "and a boolean of 2" \
		refused "kind domain: field attached is 2, which is not a known value" \
		insmod $modules/$v1.ko attached=2
	result "load version 1" modprobe $v1 driver=vtd attached=1 features=5 last=4095
	result "is shown by names" shows_only 'driver "vtd"' "nr_kernels 1" "type dma" \
		"attached true" "features coherent,dirty" "aperture.start 0" \
		"aperture.last 4095"
	result "the next kernel's module reads it" \
		luoctl check --module /lib/modules/*-"$NEXT"/kernel/samples/luo_object/$v4.ko \
		/boot/"$NEXT" ;;
2)
	result "load version 4" modprobe $v4 driver=other devices=7,8,9
	result "1 to 4" shows_only 'driver "vtd"' "nr_kernels 2" "type dma" \
		"attached true" "features coherent,dirty" "aperture.start 0" \
		"aperture.last 4095" "interrupts.start 0" "interrupts.last 0" \
		"devices 0 0 0 0" "regions.count 0" "regions.stride 0" \
		"regions.version 0" "tables.nr_pages 0" "spaces.count 0" \
		"spaces.stride 0" "spaces.version 0"
	result "is claimed" sh -c "! grep -q ^domain $objects/unclaimed"
	result "retired versions are read, and not written" \
		[ "$(cat $objects/domain/readable $objects/domain/writable | tr '\n' ' ')" = "4,3,2,1 4,1 " ]
	result "the layouts of the versions that are written are stored" \
		[ "$(grep -c '^  kind "domain"' $dump)" = 2 ] ;;
3)
	result "load version 1" modprobe $v1
	result "4 to 1" shows_only 'driver "vtd"' "nr_kernels 3" "type dma" \
		"attached true" "features coherent,dirty" "aperture.start 0" \
		"aperture.last 4095"
	result "unload" rmmod $v1
	result "leaves no layout" \
		sh -c "! grep -q '^  kind \"domain\"' /sys/kernel/debug/luo_objects/outgoing.dump"
	result "a region that ends at 0 is refused" \
		refused "kind domain_region: element 1 of 2 is invalid" \
		modprobe $v4 regions=1,2,3,0
	result "an address without the other one is refused" \
		refused "regions: found 3 addresses, expected pairs" \
		modprobe $v4 regions=1,2,3
	result "load version 4 from nothing" \
		modprobe $v4 type=1 interrupts=1023 devices=7,8,9 \
		regions=4096,8191,65536,131071,0,1 tables=3 pasids=9,5
	result "has its regions, page tables and address spaces" everything 1
	result "its runs of page tables are shown" shows "tables.runs[0].order 0"
	result "version 1 would lose them and is not written" \
		[ "$(grep -c '^domain ' /sys/kernel/debug/luo_objects/outgoing)" = 1 ] ;;
4)
	result "version 1 does not read it" \
		refused "kind domain instance 0: found versions 4, understood are 1" \
		modprobe $v1
	result "load version 4" modprobe $v4
	arrives 2 ;;
5)
	result "load version 4" modprobe $v4
	arrives 3
	result "unload" rmmod $v4
	result "leaves nothing" \
		sh -c "! grep -q ^domain /sys/kernel/debug/luo_objects/outgoing" ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
