#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The cost of saving and loading a page with PKRAM, and of a stream of bytes.
#
# bench: boot=@,@ kernels=pkram mem=3G
. ../luo_lib/functions.sh

exec ./pkram
