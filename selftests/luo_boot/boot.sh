# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests in this directory. In each stage, the module of CONFIG_KHO_BOOT_TEST
# restores the pages of the previous stage and preserves others. Afterwards as much memory
# must be free as in the first stage.

. ../luo_lib/functions.sh

parameters=/sys/module/kho_boot_test/parameters

kib() {
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# near RESULT NAME KIB THEN - check that KIB differs from THEN, that of the first stage, by
# at most 0.1 % of all memory. Skip if only some of the kernels have KASAN, which uses an
# eighth of all memory, or Debian's configuration, which has larger tables.
near() {
	case $FLAVOUR,$(sed 's/.*pkram\.boot=\([a-z]*\).*/\1/' /proc/cmdline) in
	debug,debug|debian,debian) ;;
	*debug*|*debian*)
		ktap_test_skip "$1"
		return ;;
	esac
	echo "# $2: $3 kB, in the first stage $4 kB"
	ktap_test_result "$1" \
		[ $(($3 > $4 ? $3 - $4 : $4 - $3)) -le $((total / 1000)) ]
}

# boot BLOCKS - run the stage. Read the memory in use first.
boot() {
	ktap_print_header
	total=$(kib MemTotal)
	used=$((total - $(free_kib)))
	if [ "$STAGE" = 1 ]; then
		ktap_set_plan 1
		ktap_test_result "preserve" \
			modprobe kho_boot_test blocks="$1" note="$total,$used"
	else
		ktap_set_plan 3
		ktap_test_result "preserved pages are unchanged, and preserve" \
			modprobe kho_boot_test blocks="$1"
		IFS=, read -r first_total first_used <$parameters/noted
		near "all memory is there" MemTotal "$(kib MemTotal)" "$first_total"
		near "no more is in use" used $used "$first_used"
	fi
	ktap_finished
}
