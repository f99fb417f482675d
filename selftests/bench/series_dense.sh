#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The boot with a file without holes, which Linux preserves with one key per page.
#
# bench: boot=@,@,@,@ mem=6G timeout=3600 kernels=series
. ../luo_lib/functions.sh

exec ./carry dense 0 1024 2048
