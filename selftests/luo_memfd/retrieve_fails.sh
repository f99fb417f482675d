#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of files that cannot be retrieved, or that nobody wants: saved
# in all versions, and in the newest alone.
#
# vm: boot=pkram,pkram,pkram mem=2G cpus=4
. ./write.sh

case $STAGE in
1)	write all && exec ./retrieve_fails save ;;
2)	./retrieve_fails check && write newest && ./retrieve_fails save ;;
3)	exec ./retrieve_fails check ;;
esac
