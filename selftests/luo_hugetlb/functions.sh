# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Functions of the tests of hugetlb files.

. ../luo_lib/functions.sh

pool=/sys/kernel/mm/hugepages/hugepages-${HUGE_KB:-2048}kB

# counts [NODE] - print the numbers of huge pages: total, free, reserved and surplus; of a
# node: total, free and surplus.
counts() {
	if [ $# -eq 0 ]; then
		echo "$(cat "$pool/nr_hugepages")" "$(cat "$pool/free_hugepages")" \
			"$(cat "$pool/resv_hugepages")" "$(cat "$pool/surplus_hugepages")"
	else
		node=/sys/devices/system/node/node$1/hugepages/${pool##*/}
		echo "$(cat "$node/nr_hugepages")" "$(cat "$node/free_hugepages")" \
			"$(cat "$node/surplus_hugepages")"
	fi
}

# set_pages NR, set_surplus NR - set the number of pages, and how many surplus pages there
# may be.
set_pages() {
	echo "$1" >"$pool/nr_hugepages"
}

set_surplus() {
	echo "$1" >"$pool/nr_overcommit_hugepages"
}

# has NUMBERS [NODE] - compare the numbers of huge pages.
has() {
	wanted=$1
	shift
	[ "$(counts "$@")" = "$wanted" ] && return
	echo "# found $(counts "$@"), expected $wanted"
	return 1
}

# release - end the process that keeps the files of "pool retrieve".
release() {
	kill "$(cat /tmp/holder)"
	# The files are closed when it has exited.
	while [ -d "/proc/$(cat /tmp/holder)" ]; do
		sleep 0.1
	done
}

# end_stage [MORE] - end a stage, and add this to the next kernel's command line.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ] || exit 1
	[ -n "$1" ] || exit 0
	kexec-load "$NEXT" "$1" && kexec-jump
	exit 1
}
