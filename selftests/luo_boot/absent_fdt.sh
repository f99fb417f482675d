#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The next kernel has no memory where the device tree of KHO is, as if it were in a
# memory module that is added later. It boots, reports that, and preserves memory anew.
#
# vm: boot=pkram,pkram mem=1G arch=x86_64
. ./absent.sh
absent "preserved memory is lost: its FDT is at @, where this kernel has no memory"
