#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The pages of a file are charged to the hugetlb cgroup of the task that retrieves it, and a
# file that exceeds the limit is not retrieved.
#
# vm: boot=pkram,pkram,pkram arch=x86_64 mem=1G append="hugepages=20"
. ./functions.sh

group=/sys/fs/cgroup/luo_hugetlb

# in_group COMMAND... - run it in the group.
in_group() (
	sh -c "echo \$\$ >$group/cgroup.procs && exec \"\$@\"" sh "$@"
)

# charged USED RESERVED - compare the charges of the group, in pages.
charged() {
	found="$(($(cat $group/hugetlb.2MB.current) >> 21)) $(($(cat $group/hugetlb.2MB.rsvd.current) >> 21))"
	[ "$found" = "$1 $2" ] && return
	echo "# found $found, expected $1 $2"
	return 1
}

mkdir -p /sys/fs/cgroup
grep -q ' /sys/fs/cgroup ' /proc/mounts || mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +hugetlb >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group

ktap_print_header
case $STAGE in
1)	ktap_set_plan 2
	result "save" in_group ./pool save 6
	result "charges" charged 6 6 ;;
2)	ktap_set_plan 5
	echo 6M >$group/hugetlb.2MB.max
	result "a file above the limit" in_group ./pool retry ENOSPC
	result "nothing is charged" charged 0 0
	result "its pages are in the pool" has "20 20 0 0"
	echo max >$group/hugetlb.2MB.max
	result "save" ./pool save 6
	result "counts" has "20 14 0 0" ;;
3)	ktap_set_plan 6
	result "retrieve" in_group ./pool retrieve 6
	result "charges" charged 6 6
	result "counts" has "20 14 0 0"
	release
	result "charges when the file is closed" charged 0 0
	result "counts when the file is closed" has "20 20 0 0"
	result "the group can be removed" rmdir $group ;;
esac
ktap_finished
