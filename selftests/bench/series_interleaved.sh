#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The boot of interleaved.sh, with patches of the project.
#
# bench: boot=@,@,@,@,@ mem=6G timeout=3600 quiet=1800 kernels=series
. ../luo_lib/functions.sh

exec ./carry interleaved 0 32 64 128
