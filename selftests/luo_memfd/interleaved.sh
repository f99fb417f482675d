#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a boot costs grows with what was preserved, and not with its square.
#
# vm: boot=pkram,pkram,pkram,pkram icount=yes
exec ./interleaved
