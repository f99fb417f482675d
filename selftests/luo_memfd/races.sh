#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What programs do to files while these are preserved, given up, frozen and handed
# over, in whatever versions they are saved.
#
# vm: boot=pkram,pkram,pkram,pkram mem=1G cpus=4
. ./write.sh

case $STAGE in
1)	write all && exec ./races save ;;
2)	write newest && exec ./races pass ;;
3)	write memfd:0 && exec ./races pass ;;
4)	exec ./races check ;;
esac
