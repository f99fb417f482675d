#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without KHO the calls say that there is none, and the log nothing.
#
# vm: append="kho=off"
. ./driver.sh

nothing_there
end_stage
