#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Many files of 64 KiB: 250, 1000, 4000.
#
# bench: boot=@,@,@,@,@ mem=6G timeout=1800
# bench: append="luo_object.write=newest"
. ../luo_lib/functions.sh

exec ./carry small 0 16000K 64000K 256000K
