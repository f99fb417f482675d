#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file whose pages alternate with those of another file, as in memory that has been in use
# for long. On stock Linux the time of the boot grows with the square of their number.
#
# bench: boot=@,@,@,@,@,@ mem=6G timeout=1800 kernels=pkram
# bench: append="luo_object.write=newest"
. ../luo_lib/functions.sh

exec ./carry interleaved 0 64 128 256 512
