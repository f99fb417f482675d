#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# As dense.sh, but the version for a rollback is written too, which is the default.
#
# bench: boot=@,@,@,@,@ mem=6G timeout=1800 kernels=pkram
. ../luo_lib/functions.sh

exec ./carry dense:dense-all 0 64 512 2048
