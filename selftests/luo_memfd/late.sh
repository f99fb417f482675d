#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No write up to the last moment before the kexec is lost, for each set of versions in which the
# files are saved.
#
# vm: boot=pkram,pkram,pkram,pkram,stock mem=2G cpus=4
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./late save ;;
2)	write newest && exec ./late pass ;;
3)	write memfd:0 && exec ./late pass ;;
4)	write all && exec ./late pass ;;
5)	exec ./late check ;;
esac
