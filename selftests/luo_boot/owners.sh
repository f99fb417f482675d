#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Two threads restore each preservation at the same time. One of them gets it. The other one
# causes a warning, because a caller of KHO must not restore what another one does.
#
# vm: boot=pkram,pkram mem=2G cpus=2
# vm: expect="WARNING: .*kho_restore_"
. ./boot.sh

ktap_print_header
ktap_set_plan 1
if [ "$STAGE" = 1 ]; then
	ktap_test_result "preserve" modprobe kho_boot_test blocks=10
else
	ktap_test_result "each preservation is restored once" \
		modprobe kho_boot_test blocks=0 threads=2
fi
ktap_finished
