#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation of a freeze fails once, and the kexec is refused each time.
#
# vm: boot=fault,fault mem=1G
. ../luo_lib/functions.sh

case $STAGE in
1)	kexec-load && exec ./freeze save ;;
2)	exec ./freeze check ;;
esac
