#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same as generations.sh with two NUMA nodes, whose struct pages are initialised by two
# threads.
#
# vm: boot=pkram,pkram,pkram mem=5G numa=2 cpus=2
. ./boot.sh
boot 300
