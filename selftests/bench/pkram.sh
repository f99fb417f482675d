#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What saving and loading a page costs in PKRAM, and a stream of bytes.
#
# bench: boot=@,@ kernels=pkram mem=3G
exec ./pkram
