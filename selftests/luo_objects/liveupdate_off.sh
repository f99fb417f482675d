#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update the calls return -EOPNOTSUPP, and nothing is logged.
#
# vm: append="liveupdate=off"
. ./driver.sh

nothing_there
end_stage
