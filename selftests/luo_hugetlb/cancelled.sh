#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kexec that is cancelled after the files were frozen: what waits continues, and the next
# attempt loses nothing.
#
# vm: boot=fault,fault arch=x86_64 mem=1G cpus=4 append="hugepages=96"
. ../luo_lib/functions.sh

case $STAGE in
1)	kexec-load && exec ./late cancel ;;
2)	exec ./late check ;;
esac
