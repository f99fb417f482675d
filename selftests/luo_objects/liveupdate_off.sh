#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update the calls return -EOPNOTSUPP, and nothing is logged.
#
# vm: append="liveupdate=off"
. ../luo_lib/objects.sh

nothing_there
end_stage
