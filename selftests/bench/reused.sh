#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file in pages that another file has just freed.
#
# bench: boot=@,@,@,@,@ mem=6G timeout=1800
# bench: append="luo_object.write=newest"
. ../luo_lib/functions.sh

exec ./carry reused 0 64 256 1024
