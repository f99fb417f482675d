#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Holes cost nothing, neither before the kexec nor after it.
#
# vm: boot=pkram,pkram
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./holes save ;;
2)	exec ./holes check ;;
esac
