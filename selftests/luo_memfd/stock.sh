#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# From the stock kernel to this project's and back, twice. The stock kernel
# allocates the holes of files that it saves, the first time already.
#
# vm: boot=stock,pkram,stock,pkram,pkram
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./carry save any ;;
5)	exec ./carry check any filled ;;
*)	exec ./carry pass any filled ;;
esac
