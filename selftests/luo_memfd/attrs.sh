#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The name of a file and its other attributes come with it, whichever versions are
# written, and are those that a new file has after a kernel that does not know
# them.
#
# vm: boot=pkram,pkram,pkram,stock,pkram
. ../luo_lib/policy.sh

case $STAGE in
1)	write newest && exec ./attrs save ;;
2)	write all && exec ./attrs pass ;;
3)	write memfd:0 && exec ./attrs pass ;;
4)	exec ./attrs pass plain ;;
5)	exec ./attrs check plain ;;
esac
