#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# luoctl save --tree saves trees, and luoctl restore --mount attaches them.
#
# vm: boot=pkram,pkram
. ./functions.sh

# says NAME STATUS WORDS - check the exit status of the last luoctl, and what it printed.
says() {
	[ "$status" -eq "$2" ] && grep -qF -e "$3" /tmp/out
	said=$?
	[ $said -eq 0 ] || sed 's/^/# /' /tmp/out
	result "$1" [ $said -eq 0 ]
}

run_luoctl() {
	luoctl "$@" >/tmp/out 2>&1
	status=$?
}

# contents DIRECTORY - print the number of names in it, and the memory of its files.
contents() {
	echo "$(find "$1" -mindepth 1 -print0 | tr -cd '\0' | wc -c) files," \
		"$(find "$1" -mindepth 1 -exec stat -c '%i %b' {} + | sort -u |
		   awk '{ blocks += $2 } END { print blocks * 512 }') bytes"
}

ktap_print_header
case $STAGE in
1)
	mount_tmpfs /tmp/cache size=100m,nr_inodes=3000
	mount_tmpfs /tmp/other
	make_tree /tmp/cache
	mkdir /tmp/other/below
	echo below >/tmp/other/below/file
	ln /tmp/other/below/file /tmp/other/below/link
	echo above >/tmp/other/file
	echo text >/tmp/text

	run_luoctl save --tree cache=/proc cache
	says "a directory of another filesystem" 2 "/proc: is not in a tmpfs"
	run_luoctl save --tree cache=/tmp/text cache
	says "a file" 2 "/tmp/text: Not a directory"
	run_luoctl save cache --tree cache=/tmp/cache --tree below=/tmp/other/below \
		--copy text=/tmp/text
	says "two trees and a file are saved" 0 "session cache has cache, below, text"
	run_luoctl list
	says "their files and memory are listed" 0 \
		"cache ($(contents /tmp/cache)), below (2 files, 4096 bytes), text (5 bytes)"
	run_luoctl save again --tree cache=/tmp/cache
	says "a tree is saved once" 2 "/tmp/cache is in a session already: cache"
	manifest /tmp/cache >/tmp/other/below/manifest
	echo late >>/tmp/other/below/file ;;
2)
	mkdir -p /tmp/cache /tmp/below /tmp/run
	echo text >/tmp/text
	run_luoctl restore --mount cache=/tmp/absent cache
	says "the directory does not exist" 2 "--mount cache: /tmp/absent: No such file or directory"
	run_luoctl restore --mount cache=/tmp/text cache
	says "or is a file" 2 "--mount cache: /tmp/text is not a directory"
	run_luoctl restore --mount nothing=/tmp/cache cache
	says "a tree that the session does not have" 2 "session cache: has no nothing"
	run_luoctl restore --mount text=/tmp/cache cache
	says "a file cannot be mounted" 2 "session cache: text is a file, and cannot be mounted"
	# A directory that disappears after luoctl has checked it cannot be arranged: a
	# directory outside of all mounts of this namespace fails as late.
	exec 9</tmp/run
	rmdir /tmp/run
	run_luoctl restore --mount cache=/tmp/cache --mount below=/proc/self/fd/9 cache
	says "one of two cannot be mounted" 2 "below cannot be mounted at /proc/self/fd/9: No such file"
	run_luoctl restore --mount cache=/tmp/cache --mount below=/tmp/below cache
	says "both are mounted at the second attempt" 0 "below=/tmp/below"
	result "and the first one once" [ "$(grep -c ' /tmp/cache ' /proc/mounts)" = 1 ]
	run_luoctl list
	says "the session was restored" 0 "session cache was restored"
	result "a file changed late" [ "$(cat /tmp/below/link)" = "below
late" ]
	result "the tree is the same" same /tmp/cache /tmp/below/manifest
	result "no process keeps a mount busy" umount /tmp/below ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
