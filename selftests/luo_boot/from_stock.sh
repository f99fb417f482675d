#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Stock Linux preserves every other page. Check the contents of the pages, and measure the
# cost of the boot.
#
# vm: boot=pkram,stock,pkram,pkram icount=yes
. ../luo_lib/functions.sh

exec ../luo_memfd/interleaved
