#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The time of a boot is proportional to the number of preserved pages, not to its
# square.
#
# vm: boot=pkram,pkram,pkram,pkram icount=yes
. ../luo_lib/functions.sh

exec ./interleaved
