#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same with memory spread over two nodes, whose struct pages two threads
# initialise.
#
# vm: boot=pkram,pkram,pkram mem=5G numa=2 cpus=2
. ./boot.sh
boot 300
