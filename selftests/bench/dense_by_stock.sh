#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file that stock Linux has preserved, with one key per page.
#
# bench: boot=stock,@,stock,@ mem=6G timeout=1800 kernels=pkram
. ../luo_lib/functions.sh

exec ./carry dense:dense-by-stock 0 - 2048
