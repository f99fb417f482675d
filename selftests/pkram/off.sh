#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Without live update, nothing can be saved or loaded, and the calls return errors.
#
# vm: boot=pkram append="liveupdate=off"
. ../luo_lib/functions.sh

exec ./script <<EOT
0 EOPNOTSUPP prepare_save one
0 EOPNOTSUPP prepare_load one
0 EOPNOTSUPP early
EOT
