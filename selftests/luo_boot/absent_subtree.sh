#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The next kernel has no memory where a subtree of KHO is. It boots, reports that, and
# has the other subtrees.
#
# vm: boot=pkram,pkram mem=1G arch=x86_64
. ./absent.sh
absent "sub tree 'kho-boot-test' is lost: it is at @, where this kernel has no memory" \
	kho-boot-test
