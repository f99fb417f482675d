#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Streams of bytes are carried although memory was added. Pages in memory that was added are
# refused, and nothing else of their node is lost.
#
# vm: boot=fault,fault mem=1280M dimm=1G append="memhp_default_state=online_kernel"
# vm: timeout=1800 quiet=600 arch=x86_64
. ./memory.sh

ktap_print_header
result "there is memory that was added" added
case $STAGE in
1)	ktap_subtest "save" ../pkram/script <<EOT
0 ok prepare_save bytes
0 ok prepare_save_obj
0 ok write 1 3000000 0
0 ok alloc 7 100 4
0 EADDRNOTAVAIL save 7 4
0 ok write 2 1000 0
0 ok finish_save_obj
0 ok finish_save
EOT
	;;
2)	ktap_subtest "load" ../pkram/script <<EOT
0 ok prepare_load bytes
0 ok prepare_load_obj
0 =3000000 read 1 3000000 0
0 =1000 read 2 1000 0
0 ok load_none
0 ok finish_load_obj
0 ok finish_load
EOT
	;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
