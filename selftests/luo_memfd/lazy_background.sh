#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files whose pages a worker brings in, without a task that uses them.
#
# vm: boot=pkram,pkram append="luo_object.write=newest luo_memfd.lazy=background"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./lazy_background save ;;
2)	exec ./lazy_background check ;;
esac
