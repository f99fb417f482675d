#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Clean pages of a preserved file are reclaimed while it is frozen.
#
# vm: boot=pkram,pkram mem=1G cpus=4 append="kho_scratch=32M,512M,0"
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./reclaimed save ;;
2)	exec ./reclaimed check ;;
esac
