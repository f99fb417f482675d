#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kexec_load(), the older system call, hands nothing over. If memory is preserved when an image
# is loaded by it, the kernel logs a warning.
#
# vm: boot=pkram
. ../luo_lib/functions.sh

warnings() {
	dmesg | grep -c "sessions.* will be lost: the image was loaded by kexec_load()"
}

lost() {
	dmesg | grep -q " $1 sessions.* will be lost"
}

load() {
	KEXEC_LOAD=$1 kexec-load "$FLAVOUR"
}

ktap_print_header
ktap_subtest "save files in a session" ./attrs save
result "kexec_file_load()" load -s
result "hands them over" [ "$(warnings)" -eq 0 ]
result "kexec_load()" load -c
result "does not, and the log says so" lost 1
result "once" [ "$(warnings)" -eq 1 ]
result "unload" kexec -c -u
result "is no reason to warn" [ "$(warnings)" -eq 1 ]
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
