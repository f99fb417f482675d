#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random files, over generations that write different versions, with and without collapsing
# small folios into large ones.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram mem=2G
. ../luo_lib/policy.sh

collapse() {
	echo "$1" >/sys/module/luo_memfd/parameters/collapse
}

case $STAGE in
1)	write newest && exec ./random save ;;
2)	write all && exec ./random pass ;;
3)	write newest && collapse Y && exec ./random pass ;;
4)	write memfd:0 && exec ./random pass ;;
5)	exec ./random check ;;
esac
