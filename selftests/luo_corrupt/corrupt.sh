# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests in this directory. Each line of a file of cases is a corruption. A case
# with several corruptions has one line for each:
#
#   NAME PLACE FIELD VALUE crc|- [RESULT]
#
# lib/tests/luo_corrupt_command.c describes the structures and values. RESULT is the expected
# error, EBADMSG by default; for memfds it is a pattern of fnmatch(3), and for trees an error
# and what the log has about it.

. ../luo_lib/functions.sh

corrupter=/sys/kernel/debug/luo_corrupt/command
checker=/sys/module/kho_boot_test/parameters

# corrupt OWNER PLACE FIELD VALUE [crc] - corrupt the field right before the kexec.
corrupt() {
	{ echo "$*" >$corrupter; } 2>/dev/null && return
	echo "# corrupt $*: the kernel refuses"
	return 1
}

# cases FILE - print its lines without comments.
cases() {
	sed 's/#.*//; /^[[:space:]]*$/d' "$1"
}

# names FILE - print the names of its cases.
names() {
	cases "$1" | cut -d' ' -f1 | uniq
}

# logged REGEX NR - check that NR lines of the kernel's log match.
logged() {
	logged_nr=$(dmesg | grep -c -- "$1")
	[ "$logged_nr" -eq "$2" ] && return
	echo "# '$1' is $logged_nr times in the log, not $2 times"
	return 1
}

kib() {
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# used_kib - print the memory that is not free.
used_kib() {
	echo $((total_kib - $(free_kib)))
}

# MemTotal does not include pages that are lost.
total_kib=$(kib MemTotal)

# preserve_others - preserve memory that no other part of the test uses.
preserve_others() {
	result "others: preserve" \
		modprobe kho_boot_test blocks=10 note="$total_kib,$(used_kib)"
}

# check_others KIB - check that this memory is unchanged, that at most KIB of all memory are
# lost, and hand over the memory in use in the first stage again.
check_others() {
	used=$(used_kib)
	result "others: all of their memory is unchanged" \
		modprobe kho_boot_test blocks=10
	pages=$(dmesg | sed -n 's/.*kho_boot_test: \([0-9]*\) pages in .*/\1/p')
	IFS=, read -r first_total_kib first_used <$checker/noted
	used=$((used - pages * 4 + first_total_kib - total_kib))
	kept=0
	# KASAN delays the free of up to 1/32 of all memory.
	free_memory_is_exact || kept=$((total_kib / 32))
	echo "# in use $used KiB, in the first stage $first_used KiB, $1 may be lost"
	result "no more memory is lost than the corrupt objects had" \
		test $((used - first_used)) -lt $(($1 + kept))
}

# end_stage - print the totals; fail if a result is bad.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
}
