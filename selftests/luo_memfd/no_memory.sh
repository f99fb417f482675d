#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once, while files are preserved and while they are
# retrieved.
#
# vm: boot=fault,fault,fault mem=2G
. ../luo_lib/policy.sh

case $STAGE in
1)	write newest && exec ./no_memory save ;;
2)	write all && exec ./no_memory pass ;;
3)	exec ./no_memory check ;;
esac
