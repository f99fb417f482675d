# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Calls of the kernel's versioned objects, through the test driver of
# CONFIG_LUO_OBJECT_TEST, and what else the tests of this folder share.

. /usr/lib/pkram/functions

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

# luo COMMAND... - makes a call. What it says, or the negative error number, is
# in $said then.
luo() {
	luo_status=0
	accepted $driver/command "$*" || luo_status=1
	# There is no end of line.
	read -r said <$driver/result
	[ $luo_status -eq 0 ] || [ -n "$luo_expected" ] || echo "# luo $*: $said"
	return $luo_status
}

# fails ERRNO COMMAND... - makes a call, which has to fail like that.
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

# listed FILE - its lines in order, on one line, without those of the sample and
# of the log in pstore, which may be built into the kernel.
listed() {
	grep -v -e '^sample ' -e '^pkram ' "$1" | cut -d' ' -f1-5 | sort | tr '\n ' ';,'
}

# same FOUND EXPECTED
same() {
	[ "$1" = "$2" ] && return
	echo "# found '$1', expected '$2'"
	return 1
}

# refused FILE WORDS... - the file does not take the words.
refused() {
	refused_file=$1
	shift
	! { echo "$*" >"$refused_file"; } 2>/dev/null
}

# accepted FILE WORDS...
accepted() {
	accepted_file=$1
	shift
	{ echo "$*" >"$accepted_file"; } 2>/dev/null
}

# logged REGEX NR - the kernel said it in so many lines since it booted.
logged() {
	same "$(dmesg | grep -c "$1")" "$2"
}

# settle - so that free memory may be compared: boot has ended.
settle() {
	settle_last=0
	settle_now=$(free_kib)
	while [ "$settle_now" -gt $((settle_last + 64)) ]; do
		sleep 1
		settle_last=$settle_now
		settle_now=$(free_kib)
	done
}

# at_least NUMBER LEAST, at_most NUMBER MOST
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

# memory at_least|at_most KIB KIB - the same of free memory, if that tells.
memory() {
	! free_memory_is_exact || "$@"
}

# nothing_there - the calls say that there is none, and the log nothing.
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

# The end of a stage, which printed no plan.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
	exit
}

ktap_print_header
