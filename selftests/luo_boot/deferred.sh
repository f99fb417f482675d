#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# From a kernel that defers the initialisation of struct pages to one that does
# not, and back.
#
# vm: boot=pkram,old,pkram mem=5G
. ./boot.sh
boot 300
