#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The object of a tree belongs to its session: it is freed with its pages when the session
# is closed in one kernel, and when it is finished in the next one without retrieving the
# tree. If an administrator drops the object, its pages are freed too.
#
# vm: boot=pkram,pkram mem=1G
. ./functions.sh

objects=/sys/kernel/luo_objects

# stored - print how many trees are stored for the next kernel.
stored() {
	grep -c '^tmpfs ' /sys/kernel/debug/luo_objects/outgoing
}

# make_large DIRECTORY - mount a tmpfs with a file of 96 MiB.
make_large() {
	mount_tmpfs "$1" size=100m
	dd if=/dev/urandom of="$1/file" bs=1M count=96 2>/dev/null
}

# frees NAME COMMAND... - succeed if the command frees the pages of a tree. Other memory may
# be allocated at the same time.
frees() {
	frees_name=$1
	shift
	before=$(free_kib)
	result "$frees_name" "$@"
	freed=$(($(free_kib) - before))
	echo "# freed $freed KiB"
	result "$frees_name: frees its pages" [ $freed -ge 90000 ]
}

# claimed - succeed if no tree is unclaimed.
claimed() {
	! grep '^tmpfs' $objects/unclaimed
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 6
	make_large /tmp/first
	result "save" luoctl save closed --tree tree=/tmp/first
	result "an object is stored" [ "$(stored)" = 1 ]
	result "close the session" luoctl abort closed
	result "frees the object" [ "$(stored)" = 0 ]
	make_large /tmp/second
	result "save two trees" sh -c "luoctl save finished --tree tree=/tmp/first &&
		luoctl save dropped --tree tree=/tmp/second"
	result "two objects are stored" [ "$(stored)" = 2 ] ;;
2)
	ktap_set_plan 7
	result "both are unclaimed" grep -q '^tmpfs 2$' $objects/unclaimed
	frees "finish a session" ./tree drop finished
	frees "drop the other tree" sh -c "echo tmpfs >$objects/drop"
	result "nothing is unclaimed" claimed
	result "finish the session of the dropped tree" ./tree drop dropped ;;
esac
ktap_finished
