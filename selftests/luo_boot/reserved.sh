#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same if there is no memory for the list of nodes, so that preserved memory is
# reserved region by region.
#
# vm: boot=pkram,pkram,pkram mem=5G append=kho_reserve
. ./boot.sh
boot 100
