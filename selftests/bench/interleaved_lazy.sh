#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# As interleaved.sh, with pages that come back when they are used: each page is an extent.
#
# bench: boot=@,@,@ mem=6G timeout=1800 kernels=pkram
# bench: append="luo_object.write=newest luo_memfd.lazy=on"
. ../luo_lib/functions.sh

exec ./carry interleaved:interleaved-lazy 0 512
