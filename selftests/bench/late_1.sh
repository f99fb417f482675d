#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# One page is written into a hole of a file after it was preserved. Every second page of the file
# existed before. The important figure is freeze: programs are stopped while the kernel finds
# such pages and preserves them.
#
# bench: boot=@,@,@,@ mem=6G timeout=1800 kernels=pkram
. ../luo_lib/functions.sh

exec ./carry late-1 0 1024 4096
