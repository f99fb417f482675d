#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A live update is cancelled at every step, and the next one works.
#
# vm: boot=fault,fault,fault,fault,fault mem=1G
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./aborts save ;;
2|4)	exec ./aborts check ;;
3)	./aborts check_last && write newest && exec ./aborts save ;;
5)	exec ./aborts check_last ;;
esac
