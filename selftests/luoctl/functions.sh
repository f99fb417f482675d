#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What tests of luoctl share. Its output is in $out afterwards.
# shellcheck shell=sh

. ../luo_lib/functions.sh

out=/tmp/luoctl.out

# wants STATUS WORDS... - whether luoctl ended so and said each of them.
wants() {
	if [ "$status" -ne "$1" ]; then
		echo "# ended with $status, wanted $1:"
		sed 's/^/#   /' $out
		return 1
	fi
	shift
	for words in "$@"; do
		if ! grep -qF -e "$words" $out; then
			echo "# did not say '$words':"
			sed 's/^/#   /' $out
			return 1
		fi
	done
}

# luoctl ARGUMENTS... - runs it as root, nobody ARGUMENTS... as another user.
luoctl() {
	./luoctl "$@" >$out 2>&1
	status=$?
}

nobody() {
	su -s /bin/sh nobody -c "$PWD/luoctl $*" >$out 2>&1
	status=$?
}

# says NAME STATUS WORDS... - a result about what luoctl did last.
says() {
	says_name=$1
	shift
	result "$says_name" wants "$@"
}

# next_initrd - the initramfs for the next kernel, as kexec-load makes it.
next_initrd() {
	{
		cat /boot/initrd
		cd / && echo boot/initrd | cpio -o -H newc 2>/dev/null
	} >/boot/next-initrd
}

# next_line - its command line, in which the stage moves on by one.
next_line() {
	sed "s/pkram\.stage=[0-9]*/pkram.stage=$((STAGE + 1))/" /proc/cmdline
}

# jumps NAME ARGUMENTS... - luoctl kexec, which comes back only if it fails, and
# is a result only then.
jumps() {
	jumps_name=$1
	shift
	(next_initrd)
	echo "@@ jump" >"$TTY"
	stty -F "$TTY" raw
	luoctl kexec --initrd /boot/next-initrd --append "$(next_line)" "$@"
	echo "@@ back $status" >"$TTY"
	sed 's/^/# /' $out
	ktap_test_fail "$jumps_name"
}

# accept_kinds - options that accept the loss of what exists and stock lacks. The log
# of this kernel is none of that.
accept_kinds() {
	echo "--accept sample/0"
}

policy() { cat /sys/kernel/luo_objects/write; }
