#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Five generations of this project's kernel, each of which writes other versions than the one
# before it.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./carry save pkram ;;
2)	write newest && exec ./carry pass pkram ;;
3)	write memfd:0 && exec ./carry pass pkram ;;
4)	write memfd:1 && exec ./carry pass pkram ;;
5)	exec ./carry check pkram ;;
esac
