#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files of all shapes through three updates. The pages keep their frames, and the counts of
# the pool are the same in each kernel.
#
# vm: boot=pkram,pkram,pkram,pkram arch=x86_64 mem=1G append="hugepages=64"
. ../luo_lib/policy.sh

case $STAGE in
1)	exec ./files save ;;
2)	exec ./files pass ;;
3)	write newest && exec ./files pass ;;
4)	exec ./files check ;;
esac
