#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A tree has the same files after each update, including all changes that were made after
# it was preserved.
#
# vm: boot=pkram,pkram,pkram mem=1G
. ./functions.sh

# save [CHANGE...] - preserve the trees, change one, and describe it in the other.
save() {
	./tree save trees /tmp/tree /tmp/manifest && "$@" &&
		manifest /tmp/tree >/tmp/manifest/text
}

restore() {
	mkdir /tmp/tree /tmp/manifest && ./tree restore trees /tmp/tree /tmp/manifest
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 3
	mount_tmpfs /tmp/tree size=100m,nr_inodes=3000,nosuid
	mount_tmpfs /tmp/manifest huge=always
	make_tree /tmp/tree
	result "save" save true
	mount_tmpfs /tmp/single
	echo content >/tmp/single/file
	result "save another" ./tree save single /tmp/single
	result "and set its first ACL" ./tree acl /tmp/single/file access 1007 ;;
2)
	ktap_set_plan 4
	result "restore" restore
	result "everything is the same" same /tmp/tree /tmp/manifest/text
	result "save, and change" save change_tree /tmp/tree
	# The descriptor of a mount that is not attached is preserved.
	mkdir /tmp/single
	result "retrieve and save the other" ./tree again single /tmp/single ;;
3)
	ktap_set_plan 5
	result "restore" restore
	result "all changes are there" same /tmp/tree /tmp/manifest/text
	mkdir /tmp/single
	result "restore the other" ./tree restore single /tmp/single
	result "its content" [ "$(cat /tmp/single/file)" = content ]
	result "its ACL" sh -c "./tree list /tmp/single | grep -q ' system.posix_acl_access='" ;;
esac
ktap_finished
