#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl restore charges the memory of a file to the control group of the process that had
# it open when it was saved, or to the one that is given.
#
# vm: boot=pkram,pkram
. ./functions.sh

cgroups=/sys/fs/cgroup
size=$((16 << 20))

# cgroup NAME - create a control group with a memory controller.
cgroup() {
	echo +memory >$cgroups/cgroup.subtree_control && mkdir $cgroups/"$1"
}

# save NAME - save a file of a process in the control group NAME in a session of that name.
save() {
	memfd=$(./memfd text)
	pid=${memfd#/proc/}
	echo "${pid%%/*}" >$cgroups/"$1"/cgroup.procs
	dd if=/dev/zero of="$memfd" bs=$size count=1 2>/dev/null
	luoctl save "$1" cache="$memfd"
	says "the session $1 is saved" 0 "session $1 has cache"
}

# charged NAME - check that the memory of one file is charged to a control group.
charged() {
	current=$(cat $cgroups/"$1"/memory.current)
	echo "# $1 has $current bytes"
	[ "$current" -ge $size ] && [ "$current" -lt $((2 * size)) ]
}

ktap_print_header
case $STAGE in
1)	for name in user changed gone; do
		cgroup $name
		save $name
	done ;;
2)	cgroup user
	cgroup other
	cgroup changed
	luoctl restore user
	says "a session is restored" 0 "cache=/proc/"
	result "its memory is charged to its control group" charged user

	luoctl restore --cgroup other changed
	says "a control group is a path" 2 "--cgroup other: expected a path that begins with /"
	luoctl restore --cgroup /nothing changed
	says "that does not exist" 2 "control group /nothing: No such file or directory"
	luoctl restore --cgroup /other changed
	says "or does" 0 "cache=/proc/"
	result "the memory is charged to it" charged other
	result "and not to that of the file" sh -c "! grep -q [1-9]...... $cgroups/changed/memory.current"

	luoctl restore gone
	says "the control group of a file is absent" 0 "cache=/proc/" \
		"cache: control group /gone: No such file or directory; the memory is charged to /" ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
