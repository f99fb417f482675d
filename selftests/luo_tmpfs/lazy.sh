#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The pages of large files of a tree come when they are used. Those that have not come are
# handed over by the next update.
#
# vm: boot=pkram,pkram,pkram append="luo_memfd.lazy=on" mem=1G
. ./functions.sh

SIZE=16

# in_memory - print the memory of all files of tmpfs, in MiB.
in_memory() {
	awk '$1 == "Shmem:" { print int($2 / 1024) }' /proc/meminfo
}

# comes LEAST MOST COMMAND... - check how many MiB a command adds to it.
comes() {
	before=$(in_memory)
	least=$1 most=$2
	shift 2
	"$@" || return
	more=$(($(in_memory) - before))
	echo "# $more MiB have come"
	[ $more -ge "$least" ] && [ $more -le "$most" ]
}

save() {
	luoctl save tree --tree tree=/tmp/tree
}

restore() {
	mkdir -p /tmp/tree && luoctl restore --mount tree=/tmp/tree tree
}

# read_start FILE - read the first page.
read_start() {
	wanted=$(sed -n "s/^$1 //p" /tmp/tree/starts)
	[ "$(head -c 4096 "/tmp/tree/$1" | sha256sum)" = "$wanted" ]
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 1
	mount_tmpfs /tmp/tree
	for name in read untouched truncated deleted; do
		dd if=/dev/urandom of=/tmp/tree/$name bs=1M count=$SIZE 2>/dev/null
		echo "$name $(head -c 4096 /tmp/tree/$name | sha256sum)" >>/tmp/tree/starts
	done
	(cd /tmp/tree && sha256sum read untouched >sums)
	result "save" save ;;
2)
	ktap_set_plan 5
	result "restore brings in no page" comes 0 2 restore
	result "a read brings in its neighbours" comes 1 2 read_start read
	result "all of a file" comes $((SIZE - 2)) $SIZE sha256sum /tmp/tree/read
	result "save brings in the rest" comes $((3 * SIZE - 2)) $((3 * SIZE)) save
	truncate -s 4096 /tmp/tree/truncated
	rm /tmp/tree/deleted
	result "the other files can change" read_start truncated ;;
3)
	ktap_set_plan 5
	result "restore" restore
	result "a file that was untouched" comes 1 2 read_start untouched
	result "a file that was truncated" read_start truncated
	result "files are the same" sh -c "cd /tmp/tree && sha256sum -c -s sums"
	result "and one was deleted" [ ! -e /tmp/tree/deleted ] ;;
esac
ktap_finished
