#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without KHO the calls return -EOPNOTSUPP, and nothing is logged.
#
# vm: append="kho=off"
. ../luo_lib/objects.sh

nothing_there
end_stage
