# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions for tests of the log of the previous kernel in pstore, and of this kernel's log.

. ../luo_lib/functions.sh

pstore=/sys/fs/pstore
log=$pstore/dmesg-pkram-0
size=/sys/module/pstore_pkram/parameters/size
objects=/sys/kernel/luo_objects
lists=/sys/kernel/debug/luo_objects
last="kexec_core: Starting new kernel"
# With several processors, the others are stopped after this message.
[ "$(uname -m)" != aarch64 ] || last="psci: CPU[0-9]* killed (polled [0-9]* ms)"

# same FOUND EXPECTED - check that both are equal.
same() {
	[ "$1" = "$2" ] && return
	echo "# found '$1', expected '$2'"
	return 1
}

# say WORDS... - log a message of the lowest level, which no console shows.
say() {
	echo "<7>$*" >/dev/kmsg
}

nothing_there() {
	same "$(ls $pstore)" ""
}

# headed NR - check that the log is that of kernel NR of its chain.
headed() {
	same "$(head -n 1 $log)" "Linux $(uname -r), kernel $1 of its chain:"
}

# ends - check that the log ends with the last message before the jump.
ends() {
	ends_line=$(tail -n 1 $log)
	echo "$ends_line" | grep -q "$last\$" && return
	echo "# ends with '$ends_line'"
	return 1
}

# has WORDS..., has_not WORDS... - check whether the log has these words.
has() {
	grep -qF "$*" $log
}

has_not() {
	! has "$@"
}

# listed FILE, unlisted FILE - check whether there is a log in this list of objects.
listed() {
	grep -q '^pkram ' "$1"
}

unlisted() {
	! listed "$1"
}

# logged WORDS..., not_logged WORDS... - check whether the kernel has logged these words.
logged() {
	dmesg | grep -qF "$*"
}

not_logged() {
	! logged "$@"
}

# totals - end a stage that has not printed a plan.
totals() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
}

# end_stage ['more command line'] - boot the next stage, with this on its command line.
end_stage() {
	totals || exit
	[ $# -gt 0 ] || exit 0
	kexec-load "$NEXT" "$1" && kexec-jump
	exit 1
}

ktap_print_header
