#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A tree that cannot be preserved is refused and stays usable. If it cannot be preserved
# any more when the kexec begins, the kexec is refused.
#
# vm: boot=pkram,pkram
. ./functions.sh

# Try a kexec, which must fail, and check that the tree can be changed.
kexec_refused() {
	kexec-load && ! kexec-jump && echo changed >/tmp/tree/after
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 9
	mount_tmpfs /tmp/tree
	mkdir -p /tmp/tree/a/b
	echo content >/tmp/tree/a/file
	mount_tmpfs /tmp/policy mpol=bind:0
	result "the option mpol=" ./tree refuse EOPNOTSUPP refused /tmp/policy
	result "another filesystem" ./tree refuse ENOENT refused /proc
	result "save" ./tree save refused /tmp/tree
	result "the same directory" ./tree refuse EBUSY other /tmp/tree
	result "a directory of it" ./tree refuse EBUSY other /tmp/tree/a
	result "a directory of it without pages" ./tree refuse EBUSY other /tmp/tree/a/b
	mount_tmpfs /tmp/outer
	mkdir -p /tmp/outer/a/b
	touch /tmp/outer/a/b/file
	result "save a directory" ./tree save inner /tmp/outer/a/b
	result "a directory that contains it" ./tree refuse EBUSY other /tmp/outer
	# The extended attributes of a file must have less than 1 MiB.
	for i in $(seq 20); do
		./tree xattr /tmp/tree/a/file trusted.large"$i" 60000
	done
	result "a kexec with too large attributes" kexec_refused
	rm /tmp/tree/a/file ;;
2)
	ktap_set_plan 2
	mkdir /tmp/tree
	result "restore" ./tree restore refused /tmp/tree
	result "the tree was usable after the refused kexec" \
		[ "$(cat /tmp/tree/after)" = changed ] ;;
esac
ktap_finished
