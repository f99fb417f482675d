#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# As dense.sh, with pages that come back when they are used.
#
# bench: boot=@,@,@,@ mem=6G timeout=1800 kernels=pkram
# bench: append="luo_object.write=newest luo_memfd.lazy=on"
. ../luo_lib/functions.sh

exec ./carry dense:dense-lazy 0 1024 4096
