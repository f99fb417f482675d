#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files while they are preserved, and after their session was closed without a
# kexec.
#
# vm: boot=pkram
. ../luo_lib/policy.sh

write all && exec ./frozen
