#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The next kernel has no memory at the address of KHO's device tree, as if it were in a
# memory module that is added later. It boots, reports the address, and can preserve memory.
#
# vm: boot=pkram,pkram mem=1G arch=x86_64
. ./absent.sh
absent "preserved memory is lost: its FDT is at @, where this kernel has no memory"
