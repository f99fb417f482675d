#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file keeps its name and its other attributes, for each set of versions. After a kernel that
# does not support attributes, it has those of a new file.
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
