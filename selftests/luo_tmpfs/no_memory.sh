#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation fails once, while trees are preserved and while they are retrieved.
#
# vm: boot=fault,fault mem=1G
. ./functions.sh

mount_tmpfs /tmp/trees
case $STAGE in
1)	exec ./no_memory save /tmp/trees ;;
2)	exec ./no_memory check /tmp/trees ;;
esac
