#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The parts that luoctl blackout shows add up to the whole update. A kernel that was booted
# cold, or by a stock kernel, has no parts.
#
# The machine has one CPU, because with several QEMU has no clock that continues over a kexec.
#
# vm: boot=pkram,pkram,stock,pkram mem=1536M cpus=1
. ./functions.sh

dir=/sys/kernel/luo_ledger

# Each file of the ledger has a time in the past, in ascending order.
in_order() {
	order_last=
	for order_file in freeze devices jump init; do
		read -r order_now <"$dir/$order_file"
		case $order_now in
		''|*[!0-9-]*) echo "# $order_file is '$order_now'"; return 1 ;;
		esac
		if [ -n "$order_last" ] && [ "$order_now" -lt "$order_last" ]; then
			echo "# $order_file is $order_now, before $order_last"
			return 1
		fi
		order_last=$order_now
	done
}

# before_this_kernel - check that the jump was before the clock of this kernel started.
before_this_kernel() { [ "$(cat $dir/jump)" -lt 0 ]; }

# adds_up NR - check that there are NR parts, and that their sum is the whole.
adds_up() {
	./luoctl --json blackout >$out || return 1
	tr ',{}' '\n\n\n' <$out | awk -v wanted="$1" '
		/"nanoseconds":/ {
			sub(/.*: */, "")
			if (nr++)
				sum += $0
			else
				whole = $0
		}
		END {
			if (nr - 1 == wanted && sum == whole && whole > 0)
				exit 0
			print "# " nr - 1 " parts of " sum " in all, not " whole
			exit 1
		}'
}

unchanged() { [ "$(cat $dir/freeze)" = "$freeze" ]; }

next() {
	kexec-load
	exec kexec-jump
}

ktap_print_header
case $STAGE in
1)	ktap_set_plan 4
	luoctl blackout
	says "a kernel that was booted cold" 2 "no update since the cold boot"
	result "has no marks" [ ! -e $dir/jump ]
	result "is the first of its chain" grep -qx 1 $dir/generation
	luoctl save s --copy a=/etc/passwd
	says "a session is saved" 0 "process"
	next
	;;
2)	ktap_set_plan 8
	luoctl blackout
	says "after an update" 0 "to Linux $(uname -r), kernel 2 since" "as far as" \
		"files are frozen" "jump, unpacking"
	result "the marks are in order" in_order
	result "and before this kernel" before_this_kernel
	result "the parts add up" adds_up 4
	read -r freeze <$dir/freeze
	luoctl restore s -- true
	says "the session is restored" 0
	sleep 1
	luoctl blackout
	says "which is part of it" 0 "sessions are retrieved" "until the last one is ready"
	sed 's/^/# /' $out
	result "all parts add up" adds_up 7
	result "the marks do not change" unchanged
	next
	;;
3)	ktap_set_plan 1
	result "a stock kernel has no ledger" [ ! -e $dir ]
	next
	;;
4)	ktap_set_plan 1
	luoctl blackout
	says "after a stock kernel" 2 "no update since the cold boot"
	;;
esac
