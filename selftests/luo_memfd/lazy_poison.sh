#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory that is reported as damaged before its pages are used.
#
# vm: boot=fault,fault,fault append="luo_object.write=newest luo_memfd.lazy=on"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./lazy_poison save ;;
2)	exec ./lazy_poison pass ;;
3)	exec ./lazy_poison check ;;
esac
