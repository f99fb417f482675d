#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files that cannot be retrieved, or are finished without a retrieve: saved in all
# versions, and in the newest alone.
#
# vm: boot=pkram,pkram,pkram mem=2G cpus=4
# vm: append="luo_memfd.lazy=off"
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./retrieve_fails save ;;
2)	./retrieve_fails check && write newest && ./retrieve_fails save ;;
3)	exec ./retrieve_fails check ;;
esac
