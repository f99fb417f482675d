#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The next kernel has no memory at the address of a subtree of KHO. It boots, reports the
# address, and finds the other subtrees.
#
# vm: boot=pkram,pkram mem=1G arch=x86_64
. ./absent.sh
absent "sub tree 'kho-boot-test' is lost: it is at @, where this kernel has no memory" \
	kho-boot-test
