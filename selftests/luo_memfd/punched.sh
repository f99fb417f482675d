#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Holes that are punched into files that are preserved, in whatever versions they
# are saved, with and without a kexec that is called off; and for a stock kernel.
#
# vm: boot=fault,fault,fault,fault,stock mem=2G
. ./write.sh

case $STAGE in
1)	write newest && exec ./punched save ;;
2)	write all && exec ./punched pass ;;
3)	write memfd:0 && exec ./punched pass ;;
4)	write all && exec ./punched pass ;;
5)	exec ./punched check ;;
esac
