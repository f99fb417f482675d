#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Devices behind an IOMMU need its domain, whose kind is in another module. The modules are
# loaded in either order, and the devices are loaded after the domain. If the module of the
# domain never comes, the devices stay unclaimed, and luoctl says what they wait for.
#
# vm: boot=pkram,pkram,pkram,pkram
. ../luo_lib/dump.sh

objects=/sys/kernel/luo_objects

# shows LINE... - succeed if each is a field of the first device.
shows() {
	fields "queues_device 0" "$@"
}

# waits - succeed if the devices wait for the domain.
waits() {
	grep -q '^queues_device domain$' $objects/waiting
}

# stored KIND - print how many versions of objects of the kind are stored.
stored() {
	grep -c "^$1 " $dump
}

# ordered - succeed if the domain was loaded, and then the devices.
ordered() {
	dmesg | sed -n 's/.*luo_object_\(domain: page table 0\|queues: net0: queue 0\) .*/\1/p' >/tmp/order
	printf '%s\n' "domain: page table 0" "queues: net0: queue 0" | cmp -s - /tmp/order
}

nothing_waits() {
	! grep . $objects/waiting
}

claimed() {
	! grep '^queues_\|^domain' $objects/unclaimed
}

ktap_print_header
case $STAGE in
1)
	result "load the devices" modprobe luo_object_queues devices=2 iommu=Y
	result "they wait" waits
	result "and nothing is stored" [ "$(stored queues_device)" = 0 ]
	result "load the domain" modprobe luo_object_domain tables=1
	result "the devices come after it" ordered
	result "and are stored" shows 'name "net0"' "nr_kernels 1"
	result "nothing waits" nothing_waits ;;
2)
	result "load the domain" modprobe luo_object_domain
	result "load the devices" modprobe luo_object_queues iommu=Y
	result "they come after it" ordered
	result "from the previous kernel" shows 'name "net0"' "nr_kernels 2"
	result "nothing waits" nothing_waits
	result "all is claimed" claimed ;;
3)
	result "load the devices" modprobe luo_object_queues iommu=Y
	result "they wait" waits
	luoctl status >/tmp/status
	status=$?
	result "devices that wait are not restored" [ $status = 1 ]
	result "and luoctl says what they wait for" \
		grep -q "records of queues_device from the previous kernel were not restored.*waits for the kinds domain$" \
		/tmp/status
	result "unload them" rmmod luo_object_queues
	result "nothing waits" nothing_waits
	result "load the domain" modprobe luo_object_domain
	result "devices that were unloaded are not loaded" [ "$(stored queues_device)" = 0 ]
	result "they are not lost" grep -q "^queues_device" $objects/unclaimed
	result "load the devices again" modprobe luo_object_queues iommu=Y
	result "they are loaded" shows 'name "net0"' "nr_kernels 3"
	result "unload both" rmmod luo_object_queues luo_object_domain
	result "load busy devices that wait" modprobe luo_object_queues iommu=Y busy=Y
	result "the domain has gone" waits ;;
4)
	# The jump from the stage before this one.
	result "devices that wait are not frozen, and did not refuse the kexec" true
	result "and had nothing to hand over" claimed ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
