#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Devices with queues are updated, rolled back, and updated again, by two builds of the
# kernel. All devices are found,
# each with its queues and with a reference to the limit that it shares, and a device
# whose limit is missing does not hide the others. A device with a filter is refused by the
# module that does not know filters, and is not lost. A busy device refuses the kexec, and
# stores its last values when it is no longer busy.
#
# vm: boot=old,pkram,old,pkram,old,pkram
. ../luo_lib/dump.sh

v1=luo_object_queues_v1
v2=luo_object_queues
modules=/lib/modules/$(uname -r)/kernel/samples/luo_object
next_modules=$(echo /lib/modules/*-"$NEXT"/kernel/samples/luo_object)
objects=/sys/kernel/luo_objects

# shows DEVICE LINE... - succeed if each is a field of the device in its newest version.
shows() {
	shows_device=$1
	shift
	fields "queues_device $shows_device" "$@"
}

# shows_only DEVICE LINE... - the same, if it has no other fields and elements.
shows_only() {
	shows_device=$1
	shift
	only_fields "queues_device $shows_device" "$@"
}

# arrived VERSION KERNELS LINE... - succeed if each of three devices has all its fields and
# queues, and these lines, and no others.
arrived() {
	arrived_version=$1
	arrived_kernels=$2
	shift 2
	[ "$arrived_version" = 1 ] || set -- "queues[0].cpu 0" "queues[1].cpu 0" "$@"
	for nr in 0 1 2; do
		limit="queues_limit 0"
		[ $nr != 0 ] || limit=none
		shows_only $nr "name \"net$nr\"" "nr_kernels $arrived_kernels" \
			"features checksum,segment" "limit $limit" "queues.count 2" \
			"queues.stride $((8 * arrived_version))" \
			"queues.version $arrived_version" \
			"queues[0].entries 256" "queues[0].head $((10 * nr))" \
			"queues[1].entries 256" "queues[1].head $((10 * nr + 1))" \
			"$@" || return
	done
}

# heads - succeed if the queues of all three devices have their values.
heads() {
	dmesg | sed -n 's/.*luo_object_queues[_v1]*: \(net.*\) has its head at /\1 /p' >/tmp/heads
	cat >/tmp/expected <<-END
	net0: queue 0 of 2 0
	net0: queue 1 of 2 1
	net1: queue 0 of 2 10
	net1: queue 1 of 2 11
	net2: queue 0 of 2 20
	net2: queue 1 of 2 21
	END
	cmp -s /tmp/heads /tmp/expected && return
	sed 's/^/# found /' /tmp/heads
	return 1
}

# stored KIND - print how many versions of objects of the kind are stored.
stored() {
	grep -c "^$1 " $dump
}

logged() {
	dmesg | grep -qF "$1"
}

ktap_print_header
case $STAGE in
1)
	result "an unknown feature is refused" \
		sh -c "! insmod $modules/$v1.ko features=4 2>/dev/null"
	result "the log names the bit" \
		logged "kind queues_device: field features has the unknown bits 0x4, known are 0x3"
	result "nothing is stored" [ "$(grep -c ^queues_ $dump)" = 0 ]
	result "load version 1" modprobe $v1 devices=3
	result "has its queues" heads
	result "devices with and without a limit" arrived 1 1
	result "the next kernel's module reads them" \
		luoctl check --module $next_modules/$v2.ko /boot/"$NEXT" ;;
2)
	result "load version 2" modprobe $v2 devices=1 queues=1
	result "1 to 2" heads
	result "all devices, with the MTU that they had" arrived 2 2 "mtu 9000"
	result "are stored in both versions" [ "$(stored queues_device)" = 6 ]
	result "and claimed" sh -c "! grep -q ^queues_ $objects/unclaimed" ;;
3)
	result "load version 1" modprobe $v1
	result "2 to 1" heads
	result "all devices" arrived 1 3
	result "the limit is shared and stored once" [ "$(stored queues_limit)" = 1 ]
	result "unload" rmmod $v1
	result "leaves nothing" [ "$(grep -c queues_ $dump)" = 0 ]
	result "load version 2 from nothing" modprobe $v2 devices=3 features=6
	result "can steer packets" shows 2 "features segment,steer"
	result "version 1 does not know this feature and is not written" \
		[ "$(stored queues_device)" = 3 ]
	result "the module of version 1 would lose the devices" \
		sh -c "! luoctl check --module $next_modules/$v1.ko /boot/$NEXT" ;;
4)
	result "version 1 finds the devices" modprobe $v1
	for device in 0 1 2; do
		result "and does not read device $device" \
			logged "kind queues_device instance $device: found versions 2, understood are 1"
	done
	result "unload version 1" rmmod $v1
	result "drop the limit" sh -c "echo queues_limit >$objects/drop"
	result "load version 2" modprobe $v2
	for device in 1 2; do
		result "device $device is not loaded without its limit" \
			logged "kind queues_device instance $device: field limit refers to kind queues_limit instance 0, which was not stored, or was freed"
	done
	result "device 0 is" shows 0 'name "net0"' "nr_kernels 2" "limit none"
	result "and no other" [ "$(stored queues_device)" = 1 ]
	result "the others wait for the administrator" \
		grep -q "^queues_device 2" $objects/unclaimed
	result "drop them" sh -c "echo queues_device >$objects/drop"
	result "unload version 2" rmmod $v2
	result "load version 2 with another MTU" modprobe $v2 mtu=1400
	result "of which version 1 is not written" [ "$(stored queues_device)" = 2 ]
	result "unload version 2 again" rmmod $v2
	result "load version 2 from nothing" modprobe $v2 devices=2 filter=80
	result "a filter is shown with its device" shows 1 'name "net1"' "filter.port 80"
	result "a device without a filter has none" [ "$(stored queues_device.filter)" = 1 ]
	result "the next kernel's module of version 2 reads both" \
		luoctl check --module $next_modules/$v2.ko /boot/"$NEXT"
	luoctl check --module $next_modules/$v1.ko /boot/"$NEXT" >/tmp/check
	result "the module of version 1 would not load the device with the filter" \
		grep -q "queues_device/1.*subsection filter" /tmp/check
	result "and would load the other one" sh -c "! grep -q queues_device/0 /tmp/check"
	echo 13 >/sys/module/$v2/parameters/dropped
	echo Y >/sys/module/$v2/parameters/busy
	kexec-load
	result "a busy device refuses the kexec" sh -c "! kexec-jump"
	result "and is named" logged "kind queues_device: refused the kexec: -16"
	echo N >/sys/module/$v2/parameters/busy
	# If the kexec above was not refused, the next stage finds the other value.
	echo 42 >/sys/module/$v2/parameters/dropped
	result "the last values are not stored yet" shows 1 "filter.dropped 0" ;;
5)
	result "version 1 finds the devices" modprobe $v1
	result "device 0 is loaded" shows 0 'name "net0"' "nr_kernels 2"
	result "device 1 is refused, because of its filter" \
		logged "kind queues_device instance 1: not loaded, it has the mandatory subsection filter, which this kernel does not know"
	result "unload version 1" rmmod $v1
	result "load version 2" modprobe $v2
	result "device 1 is not lost" shows 1 'name "net1"' "nr_kernels 2" "filter.port 80" \
		"filter.dropped 42"
	result "all is claimed" sh -c "! grep -q ^queues_ $objects/unclaimed" ;;
6)
	result "load version 2" modprobe $v2
	result "the filter crosses in this direction too" shows 1 'name "net1"' "nr_kernels 3" \
		"filter.port 80" "filter.dropped 0"
	result "all is claimed" sh -c "! grep -q ^queues_ $objects/unclaimed" ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
