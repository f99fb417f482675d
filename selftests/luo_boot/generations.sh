#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pages that are preserved by each call of KHO survive four boots, and no other page is
# lost. Memory below 4 GiB has its struct pages initialised early; above 4 GiB their
# initialisation is deferred.
#
# vm: boot=pkram,pkram,pkram,pkram mem=5G
. ./boot.sh
boot 300
