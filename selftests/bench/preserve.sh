#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The cost of preserving files, in instructions and in memory. The other benchmarks of these
# names carry them over a kexec.
#
# bench: boot=@ mem=6G timeout=1800
. ../luo_lib/functions.sh

POLICY=/sys/kernel/luo_objects/write

# preserve WORK SIZE...
preserve() {
	ktap_subtest "$1" ./preserve "$@"
}

pkram=0
[ ! -e $POLICY ] || pkram=1
ktap_print_header
ktap_set_plan $((5 + pkram))
if [ $pkram = 1 ]; then
	ktap_subtest dense-all ./preserve dense:dense-all 64 512 2048
	echo newest >$POLICY
fi
preserve dense 64 256 1024 2048 4096
preserve sparse 64 256 1024 4096
preserve interleaved 64 128 256 512
preserve huge 64 256 1024 4096
preserve small 16000K 64000K 256000K
ktap_finished
