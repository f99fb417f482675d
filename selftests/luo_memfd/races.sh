#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Programs use files while these are preserved, unpreserved, frozen and handed over,
# in each set of versions.
#
# vm: boot=pkram,pkram,pkram,pkram mem=1G cpus=4
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./races save ;;
2)	write newest && exec ./races pass ;;
3)	write memfd:0 && exec ./races pass ;;
4)	exec ./races check ;;
esac
