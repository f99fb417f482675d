#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make every call of PKRAM over a kexec, and cause each error in the table of
# Documentation/core-api/pkram.rst.
#
# vm: boot=pkram,pkram allow="pkram_warn_order"

. ../luo_lib/functions.sh

long=$(printf '%0255d' 0)

# said_once - check that calls out of order are reported only once.
said_once() {
	[ "$(dmesg | grep -c 'WARNING: .*pkram_warn_order')" -eq 1 ]
}

unclaimed() {
	grep -q "^pkram " /sys/kernel/luo_objects/unclaimed
}

drop() {
	echo pkram >/sys/kernel/luo_objects/drop
}

gone() {
	! unclaimed
}

ktap_print_header
case $STAGE in
1)	ktap_subtest "calls" ./script <<EOT
# Names.
0 EINVAL prepare_save
0 ENAMETOOLONG prepare_save ${long}0
0 ok prepare_save $long
0 ok finish_save
0 ok prepare_save one
1 EEXIST prepare_save one
# A node whose save is not finished.
1 EBUSY prepare_load one
1 ENOENT prepare_load two
1 EINVAL prepare_load
1 ENAMETOOLONG prepare_load ${long}0

# Calls out of order, on a stream that saves a node and on one that was never used.
0 EINVAL write_text early
0 EINVAL save_bad none
0 ok finish_save_obj
0 EINVAL prepare_load_obj
0 ok load_none
0 =0 read 1 10 0
0 ok finish_load_obj
0 ok finish_load
2 EINVAL prepare_save_obj
2 EINVAL write_text early
2 EINVAL prepare_load_obj
2 ok finish_save_obj
2 ok finish_save
2 ok discard_save
2 ok load_none
2 ok finish_load_obj
2 ok finish_load

# An object with pages and bytes. After each refused call, the streams can continue.
0 ok prepare_save_obj
0 EINVAL prepare_save_obj
0 ok finish_save
0 ok alloc 1 100 3
0 ok save 1 3
0 EINVAL save_bad none
0 EADDRNOTAVAIL save_bad scratch
0 EINVAL save_bad reserved
0 EINVAL save_bad tail
0 EINVAL save_bad slab
0 ok alloc 2 50 0
0 ok save 2 0
0 ok free
0 ok write 3 100000 0
0 ok write 4 1 0
0 ok finish_save_obj
0 EINVAL write_text late
# An object with bytes only, one with pages of all orders only, and an empty one.
0 ok prepare_save_obj
0 ok write 5 40 0
0 ok finish_save_obj
0 ok prepare_save_obj
0 ok alloc 6 3000 2
0 ok save 6 2
0 ok alloc 13 100 10
0 ok save 13 10
0 ok free
0 ok finish_save_obj
0 ok prepare_save_obj
0 ok finish_save_obj
0 ok finish_save
0 EINVAL prepare_save_obj
1 EEXIST prepare_save one

# A save that is discarded, with and without an open object.
1 ok prepare_save gone
1 ok prepare_save_obj
1 ok alloc 7 500 4
1 ok save 7 4
1 ok free
1 ok write 7 1000000 0
1 ok finish_save_obj
1 ok prepare_save_obj
1 ok alloc 8 500 0
1 ok save 8 0
1 ok discard_save
1 ENOENT prepare_load gone
1 ok prepare_save gone
1 ok discard_save

# A node that the same kernel loads.
1 ok prepare_save back
1 ok prepare_save_obj
1 ok alloc 9 700 3
1 ok save 9 3
1 ok free
1 ok write 9 12345 0
1 ok finish_save_obj
1 ok finish_save
2 ok prepare_load back
1 EBUSY prepare_load back
1 EEXIST prepare_save back
2 ok prepare_load_obj
2 ok load 9 700 3
2 ok load_none
2 ok read 9 12345 0
2 ok finish_load_obj
2 ENODATA prepare_load_obj
2 ok finish_load
1 ENOENT prepare_load back

# For the next kernel.
1 ok prepare_save early
1 ok prepare_save_obj
1 ok write_text early
1 ok finish_save_obj
1 ok finish_save
1 ok prepare_save unfinished
1 ok prepare_save_obj
1 ok alloc 10 100 0
1 ok save 10 0
1 ok finish_save_obj
2 ok prepare_save unclaimed
2 ok prepare_save_obj
2 ok alloc 11 100 0
2 ok save 11 0
2 ok write 11 1000 0
2 ok finish_save_obj
2 ok finish_save
3 ok prepare_save partly
3 ok prepare_save_obj
3 ok alloc 12 1000 3
3 ok save 12 3
3 ok write 12 1000 0
3 ok finish_save_obj
3 ok prepare_save_obj
3 ok finish_save_obj
3 ok finish_save
EOT
	;;
2)	ktap_subtest "calls" ./script <<EOT
0 ok early
0 ENOENT prepare_load early
0 ENOENT prepare_load gone
0 ENOENT prepare_load back
0 ok prepare_load $long
0 ENODATA prepare_load_obj
0 ok finish_load
0 ENOENT prepare_load $long

0 ok prepare_load one
1 EBUSY prepare_load one
# The next kernel can use the name again.
1 ok prepare_save one
1 ok discard_save
0 ok load_none
0 ok prepare_load_obj
0 EINVAL prepare_load_obj
0 EINVAL write_text wrong
0 ok load 1 100 3
0 =100000 read 3 100000 0
0 ok load 2 50 0
0 ok load_none
0 ok load_none
# Past the end: a short count, then 0.
0 =1 read 4 100 0
0 =0 read 4 100 0
0 ok finish_load_obj
0 ok prepare_load_obj
0 ok load_none
0 =40 read 5 41 0
0 ok finish_load_obj
0 ok prepare_load_obj
0 =0 read 5 1 0
0 ok load 6 3000 2
0 ok load 13 100 10
0 ok finish_load_obj
0 ok prepare_load_obj
0 ok load_none
0 ok finish_load_obj
0 ENODATA prepare_load_obj
0 ok finish_load
0 ENOENT prepare_load one

# A node of which only a part is loaded.
0 ok prepare_load partly
0 ok prepare_load_obj
0 ok load 12 10 3
0 ok finish_load_obj
0 ok finish_load
0 ENOENT prepare_load partly

0 EBUSY prepare_load unfinished
0 EBUSY prepare_load unfinished
EOT
	ktap_test_result "an unfinished node is listed" unclaimed
	ktap_test_result "it can be dropped" drop
	ktap_test_result "nothing is left" gone ;;
esac
ktap_test_result "one warning of calls out of order" said_once
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
