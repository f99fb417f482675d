#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Swapped pages are read when a file is preserved, and retrieved pages can be swapped out, for
# version 1 and version 0.
#
# vm: boot=pkram,pkram,pkram disk=256M
. ../luo_lib/policy.sh

mkswap /dev/vda >/dev/null && swapon /dev/vda || exit 1
case $STAGE in
1)	write newest && exec ./swap save ;;
2)	./swap check && write memfd:0 && exec ./swap save ;;
3)	exec ./swap check ;;
esac
