#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# From this project's kernel back to stock and forward again. Holes arrive in
# the stock kernel as holes, though it fills them when it saves. The old version
# is written alone.
#
# vm: boot=pkram,stock,pkram append="luo_object.write=memfd:0"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./carry save any ;;
2)	exec ./carry pass any ;;
3)	exec ./carry check any filled ;;
esac
