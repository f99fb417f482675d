#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No page that is added or punched up to the last moment before the kexec is lost.
#
# vm: boot=pkram,pkram,pkram arch=x86_64 mem=1G cpus=4 append="hugepages=96"
. ../luo_lib/functions.sh

case $STAGE in
1)	exec ./late save ;;
2)	exec ./late pass ;;
3)	exec ./late check ;;
esac
