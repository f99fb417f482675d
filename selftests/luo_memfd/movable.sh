#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A file in ZONE_MOVABLE.
#
# vm: boot=pkram,pkram mem=2G append="movablecore=768M"
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./movable save ;;
2)	exec ./movable check ;;
esac
