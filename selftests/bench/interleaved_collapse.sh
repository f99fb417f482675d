#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# As interleaved.sh, but the pages are collapsed into huge pages when the file is preserved.
#
# bench: boot=@,@,@,@,@ mem=6G timeout=1800 kernels=pkram
# bench: append="luo_object.write=newest luo_memfd.collapse=1"
. ../luo_lib/functions.sh

exec ./carry interleaved:interleaved-collapse 0 64 256 1024
