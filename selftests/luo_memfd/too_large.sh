#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file that is larger than memory, with its pages in swap, cannot be preserved.
# Its owner gets an error, and no other process is killed.
#
# vm: boot=pkram mem=1G disk=1G
. ../luo_lib/functions.sh

mkswap /dev/vda >/dev/null && swapon /dev/vda || exit 1
exec ./too_large
