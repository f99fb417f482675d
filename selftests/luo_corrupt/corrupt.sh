# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the tests of this folder share. A file of cases has one damage a line, or,
# where a case takes several, a line for each:
#
#   NAME PLACE FIELD VALUE crc|- [RESULT]
#
# See lib/tests/luo_corrupt.c for the structures and values. RESULT is the expected
# error, EBADMSG by default, or for memfds a pattern of fnmatch(3).

. ../luo_lib/functions.sh

corrupter=/sys/kernel/debug/luo_corrupt/command
checker=/sys/module/kho_boot_test/parameters

# corrupt OWNER PLACE FIELD VALUE [crc] - damages that when the kernel jumps.
corrupt() {
	{ echo "$*" >$corrupter; } 2>/dev/null && return
	echo "# corrupt $*: the kernel refuses"
	return 1
}

# cases FILE - its lines without comments.
cases() {
	sed 's/#.*//; /^[[:space:]]*$/d' "$1"
}

# names FILE - the names of its cases.
names() {
	cases "$1" | cut -d' ' -f1 | uniq
}

# logged REGEX NR - the kernel said it in so many lines since it booted.
logged() {
	logged_nr=$(dmesg | grep -c -- "$1")
	[ "$logged_nr" -eq "$2" ] && return
	echo "# '$1' is $logged_nr times in the log, not $2 times"
	return 1
}

kib() {
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# used_kib - memory that is not free.
used_kib() {
	echo $((total_kib - $(free_kib)))
}

# What is lost is not in it.
total_kib=$(kib MemTotal)

# preserve_others - has memory handed over that nobody here knows of.
preserve_others() {
	result "others: preserve" \
		modprobe kho_boot_test blocks=10 note="$total_kib,$(used_kib)"
}

# check_others KIB - it is as it was, and no more than that of all memory are lost.
# What it was is handed over again.
check_others() {
	used=$(used_kib)
	result "others: all of their memory is as it was" \
		modprobe kho_boot_test blocks=10
	pages=$(dmesg | sed -n 's/.*kho_boot_test: \([0-9]*\) pages in .*/\1/p')
	IFS=, read -r first_total_kib first_used <$checker/noted
	used=$((used - pages * 4 + first_total_kib - total_kib))
	kept=0
	# KASAN keeps up to 1/32 of all memory for a while when it is freed.
	free_memory_is_exact || kept=$((total_kib / 32))
	echo "# in use $used KiB, in the first stage $first_used KiB, $1 may be lost"
	result "no more memory is lost than what was damaged had" \
		test $((used - first_used)) -lt $(($1 + kept))
}

# end_stage - prints the totals; an error if a result is bad.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
}
