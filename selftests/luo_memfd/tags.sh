#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files with memory tags are refused, with a line in the log. After that, the next
# kernel boots without them.
#
# vm: boot=pkram,pkram arch=arm64 tags=yes
. ../luo_lib/functions.sh

reported() {
	reason='not handed over: its page 5 was mapped with PROT_MTE'
	[ "$(dmesg | grep -c "luo_memfd.*$reason")" -eq "$1" ]
}

case $STAGE in
1)	kexec-load || exit
	ktap_print_header
	ktap_set_plan 2
	ktap_subtest "files" ./tags
	result "the log says so, each time" reported 2
	ktap_finished ;;
2)	ktap_print_header
	ktap_set_plan 1
	result "nothing was refused here" reported 0
	ktap_finished ;;
esac
