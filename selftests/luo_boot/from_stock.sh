#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Stock Linux preserves every other page. Check the contents of the pages, and measure the
# cost of the boot.
#
# vm: boot=pkram,stock,pkram,pkram icount=yes
. ../luo_lib/functions.sh

# The kernels of the boots that are compared must have the same configuration.
case $FLAVOUR in
debian*) exec ../luo_memfd/interleaved "the first boot is of another configuration" ;;
*)	exec ../luo_memfd/interleaved ;;
esac
