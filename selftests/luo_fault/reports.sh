#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Trigger bugs on purpose. Each checker of the kernel must report its bug, and a report must
# fail a test.
#
# vm: boot=fault
# vm: expect="WARNING: .*report_warn"
# vm: expect.fault="kmemleak: .* new suspected memory"
# vm: expect.debug="kmemleak: .* new suspected memory"
# vm: expect.debug="BUG: KASAN: slab-out-of-bounds in report_overflow"
# vm: expect.debug="UBSAN: shift-out-of-bounds in .*luo_report_test"
# vm: expect.debug="possible circular locking dependency"
# vm: expect.debug="sleeping function called from invalid context at .*luo_report_test"
# vm: expect.debug="WARNING: .*list_add_valid"
# vm: expect.kcsan="BUG: KCSAN: data-race in report_count .*luo_report_test"
. ../luo_lib/functions.sh

# made BUG - trigger the bug by the module, whose load always fails.
made() {
	! modprobe luo_report_test bug="$1" 2>/dev/null
}

# The last bug must be the one whose report turns lockdep off.
case $FLAVOUR in
debug)	bugs="warn leak locks sleep shift list overflow" ;;
kcsan)	bugs="warn race" ;;
*)	bugs="warn leak" ;;
esac

ktap_print_header
for bug in $bugs; do
	ktap_test_result "$bug" made "$bug"
done
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
