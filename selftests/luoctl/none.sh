#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Under the policy none, objects stay behind that belong to no file of a session, and luoctl
# neither calls them lost nor selects them again. Drivers that store such objects work. The
# policy cannot exclude objects that are stored already.
#
# vm: boot=pkram,pkram append="luo_object.write=none"
. ./functions.sh

lists=/sys/kernel/debug/luo_objects
objects=/sys/kernel/luo_objects
modules=/lib/modules/$(uname -r)/kernel/samples/luo_object

# kinds LIST - print the kinds of which there are objects, as one line.
kinds() { cut -d' ' -f1 "$lists/$1" | sort -u | tr '\n' ' '; }

# refused POLICY ERRNO - check that a policy fails with the error of that name.
refused() {
	! { echo "$1" >$objects/write; } 2>$out || return 1
	status=1
	wants 1 "$2"
}

# stored KIND - check that it has an object.
stored() { grep -q "^$1 " $lists/outgoing; }

sessionless() {
	result "the boot parameter is in force" [ "$(policy)" = none ]
	result "nothing is stored at boot" [ -z "$(kinds outgoing)" ]
	result "each kind is logged" \
		sh -c 'dmesg | grep -q "kind ledger: no objects are stored"'
	result "a driver works" modprobe luo_object_meter
	result "and another one" modprobe luo_object_domain tables=3 pasids=9,5
	result "and one with a subsection" modprobe luo_object_queues filter=80
	result "they store nothing" [ -z "$(kinds outgoing)" ]
	luoctl check --module $modules/luo_object_domain.ko "/boot/$FLAVOUR"
	says "luoctl check" 0 "everything survives" \
		"pkram is not written: the write policy excludes it" \
		"domain is not written: the write policy excludes it"

	luoctl negotiate "/boot/$FLAVOUR"
	says "luoctl negotiate" 0 "everything survives"
	result "excludes what was excluded" \
		sh -c "grep -q '^none;.*;pkram:none' $objects/write"
	result "and selects the newest version of memfds" \
		[ "$(cat $objects/memfd/selected)" = 1 ]
	rmmod luo_object_queues luo_object_domain luo_object_meter
	modprobe luo_object_meter
	result "also kinds that are registered later" [ -z "$(kinds outgoing)" ]
	rmmod luo_object_meter
}

exclude() {
	echo all >$objects/write
	modprobe luo_object_meter
	result "the policy all stores them" stored meter
	result "which none does not change" refused none "Device or resource busy"
	result "nor for the kind alone" refused meter:none "Device or resource busy"
	result "and is logged" \
		sh -c 'dmesg | grep -q "kind meter: objects are stored already"'
	result "the policy has not changed" [ "$(policy)" = all ]
	rmmod luo_object_meter
	result "files belong to sessions" refused memfd:none "Invalid argument"
	result "and their attributes" refused memfd_attrs:none "Invalid argument"
	result "subsections belong to objects" refused tmpfs.acls:none "Invalid argument"
	echo meter:none >$objects/write
	modprobe luo_object_meter
	result "one kind is excluded" sh -c "! grep -q '^meter ' $lists/outgoing"
	modprobe luo_object_domain
	result "and no other" stored domain
	rmmod luo_object_domain luo_object_meter
	echo none >$objects/write
	result "none, when all are gone" [ "$(policy)" = none ]
}

first() {
	ktap_print_header
	ktap_set_plan 26
	sessionless
	exclude
	luoctl save cache --copy note=/etc/passwd
	says "a file in a session" 0 "session cache has note"
	result "is stored, and nothing else" \
		[ "$(kinds outgoing)" = "layouts memfd memfd_attrs " ]
	luoctl status
	says "luoctl status" 0 "nothing is lost"
	jumps kexec "/boot/$FLAVOUR"
	ktap_finished
}

second() {
	ktap_print_header
	ktap_set_plan 4
	result "nothing else arrives" \
		[ "$(kinds incoming)" = "layouts memfd memfd_attrs " ]
	result "this is the first kernel of the ledger" \
		[ "$(cat /sys/kernel/luo_ledger/generation)" = 1 ]
	luoctl restore cache -- cat /proc/self/fd/3
	says "the file arrives" 0 "root:"
	luoctl status
	says "nothing is unclaimed" 0 "nothing is lost"
	ktap_finished
}

case $STAGE in
1)	first ;;
2)	second ;;
esac
