#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update the calls say that there is none, and the log nothing.
#
# vm: append="liveupdate=off"
. ./driver.sh

nothing_there
end_stage
