#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Shared by the tests of luoctl. $out has the output of the last command.
# shellcheck shell=sh

. ../luo_lib/functions.sh

out=/tmp/luoctl.out

# wants STATUS WORDS... - check the exit status of luoctl, and that it printed all words.
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

# luoctl ARGUMENTS... - run it as root; nobody ARGUMENTS... - run it as another user.
luoctl() {
	./luoctl "$@" >$out 2>&1
	status=$?
}

nobody() {
	su -s /bin/sh nobody -c "$PWD/luoctl $*" >$out 2>&1
	status=$?
}

# says NAME STATUS WORDS... - make a result of wants for the last command of luoctl.
says() {
	says_name=$1
	shift
	result "$says_name" wants "$@"
}

# next_initrd - build the initramfs for the next kernel, as kexec-load does.
next_initrd() {
	{
		cat /boot/initrd
		cd / && echo boot/initrd | cpio -o -H newc 2>/dev/null
	} >/boot/next-initrd
}

# next_line - print the command line of the next kernel, with the next stage.
next_line() {
	sed "s/pkram\.stage=[0-9]*/pkram.stage=$((STAGE + 1))/" /proc/cmdline
}

# jumps NAME ARGUMENTS... - run luoctl kexec. It returns only if it fails, and makes a result
# only then.
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

# accept_kinds - print options that accept the loss of all objects that stock Linux does not
# read. The log of this kernel needs none.
accept_kinds() {
	echo "--accept sample/0"
}

policy() { cat /sys/kernel/luo_objects/write; }
