#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without KHO there is no log, and nothing is logged about it.
#
# vm: boot=pkram,pkram append="kho=off"
. ./functions.sh

result "there is no log" nothing_there
result "and nothing is logged" not_logged pstore_pkram:
result "no backend" not_logged "Registered pkram"
totals
