#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once while files are retrieved, and while they are finished without a
# retrieve, in both versions.
#
# vm: boot=fault,fault,fault mem=1536M
. ../luo_lib/functions.sh

write() {
	echo "$1" >/sys/kernel/luo_objects/write
}

case $STAGE in
1)	write newest && exec ./restore save ;;
2)	./restore check && write all && ./restore save ;;
3)	exec ./restore check ;;
esac
