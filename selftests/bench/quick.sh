#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run the benchmarks with small sizes, and check that they print all figures.
#
# vm: boot=pkram,pkram,pkram icount=yes
. ../luo_lib/functions.sh

OUT=/tmp/figures

# prints FIGURE... - check that the program has passed and printed each figure.
prints() {
	for figure in "$@"; do
		grep -qE "^# figure: \w+ 4096K $figure -?[0-9]+ \w+ [0-9]+$" $OUT || return
	done
	! grep -E '^(not ok|Bail out)' $OUT
}

carry="./carry interleaved 0 4"

case $STAGE in
1)	ktap_print_header
	ktap_set_plan 5
	for work in dense sparse interleaved huge small; do
		./preserve $work 4 >$OUT
		ktap_test_result "preserve $work" prints preserve moved-again memory holes \
			metadata keys map release
	done
	ktap_print_totals
	exec $carry >/dev/null ;;
2)	exec $carry ;;
3)	ktap_print_header
	ktap_set_plan 1
	$carry >$OUT
	ktap_test_result "carry" prints boot retrieve access finish
	ktap_finished ;;
esac
