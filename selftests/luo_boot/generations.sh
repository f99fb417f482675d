#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pages preserved in every way survive four boots, and no other page is lost. Some
# of memory is below 4 GiB, where its struct pages are initialised early, and some
# above, where that is deferred.
#
# vm: boot=pkram,pkram,pkram,pkram mem=5G
. ./boot.sh
boot 300
