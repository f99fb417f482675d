#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same where there is no memory to do better than to reserve what is preserved,
# region by region.
#
# vm: boot=pkram,pkram,pkram mem=5G append=kho_reserve
. ./boot.sh
boot 100
