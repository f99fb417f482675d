#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Holes punched into preserved files, saved in each set of versions, with and
# without a cancelled kexec; and for a stock kernel.
#
# vm: boot=fault,fault,fault,fault,stock mem=2G
. ../luo_lib/policy.sh

case $STAGE in
1)	write newest && exec ./punched save ;;
2)	write all && exec ./punched pass ;;
3)	write memfd:0 && exec ./punched pass ;;
4)	write all && exec ./punched pass ;;
5)	exec ./punched check ;;
esac
