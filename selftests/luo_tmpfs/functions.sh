# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions of the tests of trees. Their own part is small: the trees are made and compared
# with find, stat and sha256sum of busybox; tree.c prints what these do not.

. ../luo_lib/functions.sh

# mount_tmpfs DIRECTORY [OPTIONS] - mount a tmpfs. Without noatime, comparing changes it.
mount_tmpfs() {
	mkdir -p "$1"
	mount -t tmpfs -o "noatime${2:+,$2}" tmpfs "$1"
}

# manifest DIRECTORY - print everything about each file of a tree that must not change. A
# file is in the line of its name, and hard links are in lines with the same first name.
manifest() {
	(
		cd "$1" || exit
		find . -exec stat -c '%N %f %u %g %s %b %h %t:%T %X %Y %Z' {} + | sort
		find . -type f -exec sha256sum {} + | sort
		find . -type f -links +1 -exec stat -c '%i %n' {} + | sort -k 2 |
			awk '!($1 in first) { first[$1] = $2 } { print $2, first[$1] }'
	)
	./tree list "$1" | sort
	grep " $1 " /proc/mounts
}

# same DIRECTORY FILE - compare a tree with its manifest.
same() {
	manifest "$1" >/tmp/found
	diff "$2" /tmp/found >/tmp/differences && return
	head -n 40 /tmp/differences | sed 's/^/# /'
	return 1
}

# make_tree DIRECTORY - create files of all types, with all attributes.
make_tree() (
	tools=$PWD
	cd "$1" || exit
	mkdir -p a/b/c empty/empty 'with space' sticky setgid
	deep=deep
	for i in $(seq 60); do
		deep=$deep/$i
	done
	mkdir -p "$deep"
	echo deep >"$deep/file"
	echo text >a/text
	: >a/nothing
	dd if=/dev/urandom of=a/b/random bs=1000 count=333 2>/dev/null
	dd if=/dev/urandom of=a/b/large bs=1M count=9 2>/dev/null
	dd if=/dev/urandom of=a/sparse bs=4k count=3 seek=5000 2>/dev/null
	truncate -s 40M a/holes
	dd if=/dev/urandom of=a/holes bs=4k count=1 seek=1000 conv=notrunc 2>/dev/null
	echo odd >'with space/new
line'
	echo odd >'...'
	echo odd >-n
	echo odd >"$(printf '\\t\303\251\377')"
	: >"$(printf '%0255d' 0)"
	ln a/text a/b/c/text
	ln a/text empty/text
	ln -s ../text a/b/link
	ln -s "$(printf '%04000d' 0)" a/long
	ln -s /nowhere dangling
	ln a/b/link a/b/same_link
	mkfifo fifo
	mknod null c 1 3
	mknod block b 7 300
	"$tools/tree" socket socket
	chmod 0 a/nothing
	chmod 4755 a/b/random
	chmod 2775 setgid
	chown 1000:1001 setgid a/b/large
	chown -h 1002:1003 dangling
	chmod 1777 sticky
	touch -d '2001-02-03 04:05:06' a/text a/b
	"$tools/tree" xattr a/text user.name 9
	"$tools/tree" xattr a/text trusted.empty 0
	"$tools/tree" xattr a trusted.large 60000
	"$tools/tree" xattr a/b security.other 100
	"$tools/tree" flags a/b/c 0x40
	"$tools/tree" acl a/b/random access 1004
	"$tools/tree" acl a/b default 1005
	echo inherits >a/b/inherits
	chmod 751 .
	chown 12:34 .
)

# change_tree DIRECTORY - change a tree that is preserved, in all ways.
change_tree() (
	tools=$PWD
	cd "$1" || exit
	echo more >>a/text
	truncate -s 5000 a/b/random
	dd if=/dev/urandom of=a/holes bs=4k count=1 seek=2000 conv=notrunc 2>/dev/null
	dd if=/dev/urandom of=a/b/large bs=1M count=1 seek=3 conv=notrunc 2>/dev/null
	dd if=/dev/urandom of=a/b/large bs=1M count=2 seek=11 conv=notrunc 2>/dev/null
	rm a/sparse
	echo replaced >a/sparse
	echo new >a/new
	mkdir -p new/directory
	echo new >new/directory/file
	mv a/b/c new/moved
	mv new/directory/file a/b/link
	rm -r empty
	ln a/new new/link
	rm fifo
	mkfifo -m 600 fifo
	ln -sf elsewhere dangling
	chmod 711 sticky
	chown 7:8 a
	"$tools/tree" xattr a/new user.late 20
	"$tools/tree" acl a/new access 1006
	touch -d '2011-02-03 04:05:06' new
)
