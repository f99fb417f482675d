#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file without holes.
#
# bench: boot=@,@,@,@,@,@,@ mem=6G timeout=1800
# bench: append="luo_object.write=newest"
. ../luo_lib/functions.sh

exec ./carry dense 0 64 256 1024 2048 4096
