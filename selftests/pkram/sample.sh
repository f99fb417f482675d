#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The example of Documentation/core-api/pkram.rst works over three kernels.
#
# vm: boot=pkram,pkram,pkram
. ../luo_lib/functions.sh

module=/lib/modules/$(uname -r)/kernel/samples/luo_object/pkram_sample.ko

# said TEXT - check that the module has logged it.
said() {
	dmesg | grep -q "after $1"
}

before=$((STAGE - 1))
ktap_print_header
ktap_set_plan 2
ktap_test_result "load" insmod "$module"
if [ $before -eq 0 ]; then
	ktap_test_result "it finds no node" said "0 kernels: \$"
else
	ktap_test_result "it finds the node of the previous kernel" \
		said "$before kernels: kernel $before was here\$"
fi
ktap_finished
