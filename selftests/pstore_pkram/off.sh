#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without KHO there is no log, and not a word of it.
#
# vm: boot=pkram,pkram append="kho=off"
. ./functions.sh

result "nothing is there" nothing_there
result "and nothing is said" not_logged pstore_pkram:
result "no backend" not_logged "Registered pkram"
totals
