#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# One stage of the demonstration. scripts/demo starts the machine and shows its output. The disk
# is the file to be carried, demo.bytes= is its length.
. ../luo_lib/functions.sh

read -r line </proc/cmdline
for word in $line; do
	case $word in
	demo.bytes=*)	bytes=${word#*=} ;;
	esac
done

# A stock kernel neither hands over its log nor shows one.
log=/sys/fs/pstore/dmesg-pkram-0
[ ! -e $log ] ||
	echo "from pstore, the last line of kernel $((STAGE - 1)): $(sed -n '$s/^<[0-9]*>//p' $log)"
exec ./demo "$bytes"
