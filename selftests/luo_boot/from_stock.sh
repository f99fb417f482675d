#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pages that alternate with others, preserved by stock Linux: their content, and
# what the boot costs.
#
# vm: boot=pkram,stock,pkram,pkram icount=yes
exec ../luo_memfd/interleaved
