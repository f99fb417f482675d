#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same as generations.sh, but the kernel has no memory for the list of nodes, and
# therefore reserves preserved memory region by region.
#
# vm: boot=pkram,pkram,pkram mem=5G append=kho_reserve
. ./boot.sh
boot 100
