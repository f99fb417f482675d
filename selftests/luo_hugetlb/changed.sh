#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files that change after they were preserved: pages are added, punched and truncated, the
# size and reservations change, seals are added. The next kernel has the last state.
#
# vm: boot=pkram,pkram,pkram arch=x86_64 mem=1G append="hugepages=64"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./files change ;;
2)	exec ./files pass_changed ;;
3)	exec ./files check_changed ;;
esac
