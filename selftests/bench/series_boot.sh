#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A boot without KHO.
#
# bench: mem=8G kernels=series append="kho=off liveupdate=off"
. ../luo_lib/functions.sh

exec ./boot first-boot 8192
