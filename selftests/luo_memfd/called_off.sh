#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kexec that is cancelled during the freeze changes nothing, and the next attempt
# works.
#
# vm: boot=pkram,pkram,pkram mem=1G
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && kexec-load && exec ./called_off save ;;
2)	./called_off check && write newest && kexec-load &&
	exec ./called_off save ;;
3)	exec ./called_off check ;;
esac
