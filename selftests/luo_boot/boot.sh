# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the tests of this folder do in a stage: take what the stage before has
# preserved, through the module of CONFIG_KHO_BOOT_TEST, and preserve anew. Then
# all memory has to be there that was there in the first stage.

. ../luo_lib/functions.sh

parameters=/sys/module/kho_boot_test/parameters

kib() {
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# near RESULT NAME KIB THEN - is that as much as in the first stage, but for 0.1 % of
# all memory? KASAN takes an eighth of it, in the kernels that have that.
near() {
	case $FLAVOUR,$(sed 's/.*pkram\.boot=\([a-z]*\).*/\1/' /proc/cmdline) in
	debug,debug) ;;
	*debug*)
		ktap_test_skip "$1"
		return ;;
	esac
	echo "# $2: $3 kB, in the first stage $4 kB"
	ktap_test_result "$1" \
		[ $(($3 > $4 ? $3 - $4 : $4 - $3)) -le $((total / 1000)) ]
}

# boot BLOCKS - the stage. What is in use is looked at before anything is done.
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
		ktap_test_result "what was preserved is as it was, and preserve" \
			modprobe kho_boot_test blocks="$1"
		IFS=, read -r first_total first_used <$parameters/noted
		near "all memory is there" MemTotal "$(kib MemTotal)" "$first_total"
		near "no more is in use" used $used "$first_used"
	fi
	ktap_finished
}
