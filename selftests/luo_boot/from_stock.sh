#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every other page preserved by stock Linux: the contents of the pages, and the cost
# of the boot.
#
# vm: boot=pkram,stock,pkram,pkram icount=yes
. ../luo_lib/functions.sh

exec ../luo_memfd/interleaved
