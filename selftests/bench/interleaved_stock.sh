#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The sizes of interleaved.sh with which stock Linux boots within half an hour.
#
# bench: boot=@,@,@,@ mem=6G timeout=1800 quiet=900 kernels=stock
. ../luo_lib/functions.sh

exec ./carry interleaved 0 64 128
