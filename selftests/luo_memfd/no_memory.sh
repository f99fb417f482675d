#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once, while files are preserved and while they are
# retrieved. Only a kernel that injects faults can tell: FLAVOUR=debug.
#
# vm: boot=pkram,pkram,pkram mem=2G
. ./write.sh

case $STAGE in
1)	write newest && exec ./no_memory save ;;
2)	./no_memory check && write all && ./no_memory save ;;
3)	exec ./no_memory check ;;
esac
