#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A web server serves a tree from a tmpfs, which it does not know. luoctl carries the tree into
# the next kernel, and the server serves it again. `make demo` has the documentation of Linux
# on a disk, shows the lines that begin with "#", and uses "# mark" to measure times.
#
# vm: boot=pkram,pkram mem=1G
. ./functions.sh

# archive - print the archive with the files to serve.
archive() {
	if [ -b /dev/vda ]; then
		bytes=$(sed 's/.*demo\.bytes=\([0-9]*\).*/\1/' /proc/cmdline)
		head -c "$bytes" /dev/vda
	else
		tar -C / -cz tests usr
	fi
}

# fill DIRECTORY - mount a tmpfs, and unpack the archive in it.
fill() {
	mount_tmpfs "$1"
	archive | tar -C "$1" -xz
}

# serve DIRECTORY - start the web server, and wait until it serves the first file.
serve() {
	httpd -f -p 127.0.0.1:80 -h "$1" &
	server=$!
	until served "$(head -n 1 /tmp/sums)"; do
		sleep 0.1
	done
}

# sums DIRECTORY - print the hashes of all files.
sums() (
	cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2
)

# served "HASH  ./PATH" - check that the server sends this file.
served() {
	wget -q -O /tmp/page "http://127.0.0.1/${1#*  ./}" &&
		echo "${1%% *}  /tmp/page" | sha256sum -c -s
}

# same - compare all files with their hashes, and a few as they are served.
same() {
	sums /srv | cmp - /tmp/sums || return
	awk 'NR % 500 == 1' /tmp/sums >/tmp/some
	while IFS= read -r line; do
		served "$line" || return
	done </tmp/some
	echo "# $(wc -l </tmp/sums) files are the same, in $(du -sm /srv | cut -f 1) MiB"
}

ktap_print_header
case $STAGE in
1)
	ktap_set_plan 6
	result "the files are unpacked" fill /srv
	sums /srv >/tmp/sums
	result "the server serves them" serve /srv
	result "each file is the same" same
	echo "# luoctl save web --tree files=/srv --copy sums=/tmp/sums"
	result "save" luoctl save web --tree files=/srv --copy sums=/tmp/sums
	luoctl list | sed -n 's/^web /# luoctl list: &/p'
	result "the server serves them still" served "$(tail -n 1 /tmp/sums)"
	result "load" kexec-load
	echo "# mark stopped"
	kill $server
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ] && kexec-jump
	exit 1 ;;
2)
	ktap_set_plan 5
	echo "# mark booted"
	echo "# luoctl restore --mount files=/srv web"
	mkdir -p /srv
	result "restore" sh -c "luoctl restore --mount files=/srv web >/tmp/restored"
	sed 's/^/# /' /tmp/restored
	cat "$(sed -n 's/^sums=//p' /tmp/restored)" >/tmp/sums
	result "the server serves the tree" serve /srv
	echo "# mark restarted"
	result "each file is the same" same
	kill $server

	echo "# to compare, the files are unpacked again"
	echo "# mark filling"
	result "the files are unpacked" fill /cold
	result "the server serves them" serve /cold
	echo "# mark filled"
	kill $server ;;
esac
ktap_finished
