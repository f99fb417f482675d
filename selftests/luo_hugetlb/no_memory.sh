#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once, while files are preserved and while they are retrieved.
#
# vm: boot=fault,fault arch=x86_64 mem=2G append="hugepages=320"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./no_memory save ;;
2)	exec ./no_memory check ;;
esac
