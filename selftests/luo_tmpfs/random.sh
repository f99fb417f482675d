#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A random tree of 20,000 names is the same after each of five updates, as Debian's tar sees
# it: names, types, hard links, contents and holes, mode, owner, all times, and extended
# attributes. It changes before and after it is preserved. Stock Linux refuses it.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram,stock
# vm: mem=2G disk=512M programs=tar timeout=3600 quiet=900 arch=x86_64
. ./functions.sh

seed=20261127

# archive - print an archive of the tree, which has the same bytes for the same tree: no name
# with the number of a process in it.
archive() {
	/usr/bin/tar -C /tmp/tree -c --sort=name --format=posix --sparse --sparse-version=0.0 \
		--numeric-owner --xattrs --xattrs-include='*' \
		--pax-option=exthdr.name=%d/PaxHeaders/%f .
}

# Save the tree, change it, and write its archive to the disk.
save() {
	luoctl save tree --tree tree=/tmp/tree &&
		./random change $((seed + 2 * STAGE)) 1000 /tmp/tree &&
		archive >/dev/vda && sync
}

restore() {
	mkdir -p /tmp/tree && luoctl restore --mount tree=/tmp/tree tree
}

# Compare the tree with the archive. tar names the files that differ.
same() {
	archive >/tmp/archive || return
	size=$(stat -c %s /tmp/archive)
	echo "# $(find /tmp/tree -print0 | tr -cd '\0' | wc -c) names, $((size >> 10)) KiB"
	if cmp -n "$size" /tmp/archive /dev/vda; then
		rm /tmp/archive
		return
	fi
	/usr/bin/tar -C /tmp/tree -df /dev/vda 2>&1 | head -n 20 | sed 's/^/# /'
	rm /tmp/archive
	return 1
}

refused() {
	luoctl restore tree >/tmp/out 2>&1
	[ $? -eq 2 ] && grep -q "/dev/liveupdate: " /tmp/out && return
	sed 's/^/# /' /tmp/out
	return 1
}

ktap_print_header
if [ "$FLAVOUR" = stock ]; then
	ktap_set_plan 1
	result "stock refuses it" refused
	ktap_finished
fi
unpack_programs
if [ "$STAGE" = 1 ]; then
	ktap_set_plan 2
	mount_tmpfs /tmp/tree size=1500m
	result "make" ./random make $seed 20000 /tmp/tree
else
	ktap_set_plan 4
	result "restore" restore
	result "the same" same
	result "change" ./random change $((seed + 2 * STAGE + 1)) 1000 /tmp/tree
fi
result "save and change" save
ktap_finished
