#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files whose pages come when they are used, and an update before all have come,
# with a key for each page, to a kernel without this project.
#
# vm: boot=pkram,pkram,stock append="luo_memfd.lazy=on"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./lazy save ;;
2)	exec ./lazy pass ;;
3)	exec ./lazy check ;;
esac
