# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions for tests of versioned objects. They call the kernel through the test driver
# of CONFIG_LUO_OBJECT_TEST.

. ../luo_lib/functions.sh

driver=/sys/kernel/debug/luo_object_test
objects=/sys/kernel/luo_objects
lists=/sys/kernel/debug/luo_objects

ENOENT=2
EEXIST=17
EINVAL=22
EBADMSG=74
EMSGSIZE=90
EPROTONOSUPPORT=93
EOPNOTSUPP=95

# luo COMMAND... - make a call. Sets $said to its result, or to the negative error number.
luo() {
	luo_status=0
	accepted $driver/command "$*" || luo_status=1
	# The result has no newline, so that read fails.
	read -r said <$driver/result
	[ $luo_status -eq 0 ] || [ -n "$luo_expected" ] || echo "# luo $*: $said"
	return $luo_status
}

# fails ERRNO COMMAND... - make a call that must fail with this error.
fails() {
	luo_expected=$1
	shift
	! luo "$@" && [ "$said" = "-$luo_expected" ]
	fails_status=$?
	[ $fails_status -eq 0 ] ||
		echo "# luo $*: expected -$luo_expected, got '$said'"
	luo_expected=
	return $fails_status
}

# listed FILE - print the sorted lines of a list as one line, without what the kernel
# stores by itself: the sample, the log in pstore, the ledger, and layouts.
listed() {
	grep -v -e '^sample ' -e '^pkram ' -e '^ledger ' -e '^layouts ' "$1" |
		cut -d' ' -f1-5 | sort | tr '\n ' ';,'
}

# same FOUND EXPECTED - check that both are equal.
same() {
	[ "$1" = "$2" ] && return
	echo "# found '$1', expected '$2'"
	return 1
}

# refused FILE WORDS... - check that writing the words to the file fails.
refused() {
	refused_file=$1
	shift
	! { echo "$*" >"$refused_file"; } 2>/dev/null
}

# accepted FILE WORDS... - check that writing the words to the file succeeds.
accepted() {
	accepted_file=$1
	shift
	{ echo "$*" >"$accepted_file"; } 2>/dev/null
}

# logged REGEX NR - check that NR lines of the kernel's log match.
logged() {
	same "$(dmesg | grep -c "$1")" "$2"
}

# wait_stable - wait until free memory no longer changes after the boot.
wait_stable() {
	stable_last=0
	stable_now=$(free_kib)
	while [ "$stable_now" -gt $((stable_last + 64)) ]; do
		sleep 1
		stable_last=$stable_now
		stable_now=$(free_kib)
	done
}

# at_least NUMBER MINIMUM, at_most NUMBER MAXIMUM
at_least() {
	[ "$1" -ge "$2" ] && return
	echo "# $1 is less than $2"
	return 1
}

at_most() {
	[ "$1" -le "$2" ] && return
	echo "# $1 is more than $2"
	return 1
}

# memory at_least|at_most KIB KIB - the same for free memory, if it is exact.
memory() {
	! free_memory_is_exact || "$@"
}

# nothing_there - check that all calls fail, and that nothing is logged.
nothing_there() {
	ktap_test_result "store" fails $EOPNOTSUPP store vm 1 0 40 1
	ktap_test_result "update" fails $EOPNOTSUPP update vm 1 0 40 1
	ktap_test_result "abort" luo abort vm 1
	ktap_test_result "read" fails $EOPNOTSUPP read vm 1 0 40 1
	ktap_test_result "finish" fails $EOPNOTSUPP finish vm 1
	ktap_test_result "register" fails $EOPNOTSUPP register gauge 1,0
	ktap_test_result "unclaimed" same "$(listed $objects/unclaimed)" ""
	ktap_test_result "drop" refused $objects/drop all
	ktap_test_result "outgoing" same "$(listed $lists/outgoing)" ""
	ktap_test_result "incoming" same "$(listed $lists/incoming)" ""
	ktap_test_result "nothing is said" logged "luo_object:" 0
}

# end_stage - end a stage that has not printed a plan.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
	exit
}

ktap_print_header
