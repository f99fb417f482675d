# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions for tests written in shell. Each test sources this file, or one that does,
# from the directory of the test.

. ../kselftest/ktap_helpers.sh

# A test is run once in each of a chain of kernels, and may fill memory, damage preserved
# data, or crash the kernel. Skip it unless STAGE is set, as in the virtual machine.
if [ -z "${STAGE:-}" ]; then
	ktap_print_header
	ktap_skip_all "needs the kernels of a virtual machine: run it with make check" \
		"TESTS=${PWD##*/}/$(basename "$0" .sh) in the repository of this project"
	exit "$KSFT_SKIP"
fi

# ktap_subtest NAME COMMAND... - run a program that prints a KTAP document, and make it
# one result of this document.
ktap_subtest() {
	subtest_name=$1
	shift
	echo "    KTAP version 1"
	echo "    # Subtest: $subtest_name"
	{
		"$@"
		echo $? >/tmp/ktap_subtest
	} | while IFS= read -r subtest_line; do
		case $subtest_line in
		"TAP version "*|"KTAP version "*) ;;
		*)	echo "    $subtest_line" ;;
		esac
	done
	ktap_test_result "$subtest_name" [ "$(cat /tmp/ktap_subtest)" -eq 0 ]
}

# result NAME COMMAND... - the same as ktap_test_result, for words with spaces.
result() {
	description=$1
	shift
	if "$@"; then
		ktap_test_pass "$description"
	else
		ktap_test_fail "$description"
	fi
}

# free_kib - print the free memory, including the lists of each CPU, which MemFree does
# not count and which may be long. Drops caches first.
free_kib() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '/pages free/ { pages += $3 } $1 == "count:" { pages += $2 }
	     END { print pages * 4 }' /proc/zoneinfo
}

# plug_memory - plug the memory module of plug=, and wait until it can be used.
plug_memory() {
	plug_before=$(free_kib)
	echo "@@ plug"
	until [ "$(free_kib)" -gt $((plug_before + 65536)) ]; do
		sleep 1
	done
}

# free_memory_is_exact - check whether free_kib() shows all freed memory. Under KASAN it
# does not, because KASAN uses memory itself and delays frees.
free_memory_is_exact() {
	[ "$FLAVOUR" != debug ]
}

# unpack_programs - unpack the program of programs=, with its libraries.
unpack_programs() {
	for disk in /sys/block/vd*; do
		[ "$(cat "$disk/serial")" = programs ] || continue
		(cd / && cpio -i -d -u <"/dev/${disk##*/}" 2>/dev/null)
		return
	done
	return 1
}
