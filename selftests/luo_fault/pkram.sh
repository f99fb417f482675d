#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each allocation fails once in each call of PKRAM.
#
# vm: boot=fault,fault mem=1G
. ../luo_lib/functions.sh

# left - print the unclaimed nodes.
left() {
	grep '^pkram ' /sys/kernel/luo_objects/unclaimed
}

not() {
	! "$@"
}

ktap_print_header
case $STAGE in
1)	ktap_subtest "fail while saving" ./steps fail <<EOT
scenario pkram_prepare_save
! 0 prepare_save node
- 0 discard_save

scenario pkram_prepare_save of a further node
= 0 prepare_save first
- 0 discard_save
! 1 prepare_save node
- 1 discard_save

scenario pkram_prepare_save_obj
= 0 prepare_save node
- 0 discard_save
! 0 prepare_save_obj
- 0 finish_save_obj
= 1 prepare_save other
- 1 discard_save
! 1 prepare_save_obj
! 1 write 1 4000 4000
- 1 finish_save_obj

scenario pkram_save_page
= 0 prepare_save node
- 0 discard_save
= 0 prepare_save_obj
= 0 alloc 1 1 0
- 0 free
! 0 save 1 0

scenario pkram_save_page with a folio
= 0 prepare_save node
- 0 discard_save
= 0 prepare_save_obj
= 0 alloc 15 1 4
- 0 free
! 0 save 15 4

scenario pkram_save_page where the list has to grow
= 0 prepare_save node
- 0 discard_save
= 0 prepare_save_obj
= 0 alloc 1 1000 2
- 0 free
! 0 save 1 2

scenario pkram_write
= 0 prepare_save node
- 0 discard_save
= 0 prepare_save_obj
! 0 write 1 1 1
! 0 write 2 5000 5000
! 0 write 3 100000 100000

scenario pkram_write of more than the largest chunk
= 0 prepare_save node
- 0 discard_save
= 0 prepare_save_obj
! 0 write 3 10000000 10000000

whole pkram_finish_save_obj and pkram_discard_save
= 0 prepare_save node
= 0 prepare_save_obj
= 0 alloc 1 300 3
= 0 save 1 3
= 0 free
= 0 write 2 5000 0
! 0 finish_save_obj
= 0 prepare_save_obj
= 0 alloc 1 300 0
= 0 save 1 0
= 0 free
! 0 discard_save
= 1 prepare_save other
= 1 discard_save

whole pkram_finish_save and all calls of a load
= 0 prepare_save node
= 0 prepare_save_obj
= 0 alloc 1 300 3
= 0 save 1 3
= 0 free
= 0 write 2 5000 0
! 0 finish_save_obj
! 0 prepare_save_obj
! 0 finish_save_obj
! 0 finish_save
! 1 prepare_load node
! 1 prepare_load_obj
! 1 load 1 200 3
! 1 read 2 5000 0
! 1 finish_load_obj
! 1 prepare_load_obj
! 1 finish_load_obj
! 1 finish_load

# Bytes that are written after a failure can be read.
whole a node with each call done again
! 0 prepare_save node
! 0 prepare_save_obj
= 0 alloc 1 1 0
! 0 save 1 0
= 0 alloc 2 1 0
! 0 save 2 0
= 0 alloc 3 1 3
! 0 save 3 3
= 0 alloc 4 1 0
! 0 save 4 0
= 0 free
! 0 write 1 1 1
! 0 write 2 9000 9000
! 0 write 3 300000 300000
! 0 finish_save_obj
! 0 prepare_save_obj
! 0 write 4 100 100
! 0 finish_save_obj
! 0 finish_save
= 1 prepare_load node
= 1 prepare_load_obj
= 1 load 1 1 0
= 1 load 2 1 0
= 1 load 3 1 3
= 1 load 4 1 0
= 1 load_none
= 1 read 1 1 1
= 1 read 2 9000 0
= 1 read 3 300000 0
= 1 finish_load_obj
= 1 prepare_load_obj
= 1 read 4 100 0
= 1 finish_load_obj
= 1 finish_load
EOT
	ktap_subtest "save" ./steps times 80 <<EOT
scenario small nodes
= 0 prepare_save first-%d
= 0 prepare_save_obj
= 0 write 1 100 0
= 0 finish_save_obj
= 0 finish_save
scenario nodes
= 0 prepare_save node-%d
= 0 prepare_save_obj
= 0 alloc 1 150 3
= 0 save 1 3
= 0 free
= 0 write 2 50000 0
= 0 finish_save_obj
= 0 prepare_save_obj
= 0 alloc 3 100 0
= 0 save 3 0
= 0 free
= 0 finish_save_obj
= 0 finish_save
scenario nodes that are not loaded
= 0 prepare_save unclaimed-%d
= 0 prepare_save_obj
= 0 alloc 1 50 0
= 0 save 1 0
= 0 free
= 0 finish_save_obj
= 0 finish_save
EOT
	;;
2)	ktap_subtest "fail at the first load" ./steps once <<EOT
scenario the first load
! 0 prepare_load first-1
! 0 prepare_load_obj
! 0 finish_load_obj
! 0 finish_load
EOT
	ktap_subtest "fail while loading" ./steps load 80 <<EOT
scenario all calls of a load
! 0 prepare_load node-%d
! 0 prepare_load_obj
! 0 load 1 150 3
! 0 load_none
! 0 read 2 50000 0
! 0 finish_load_obj
! 0 prepare_load_obj
! 0 finish_load_obj
! 0 finish_load
EOT
	ktap_subtest "fail while dropping" ./steps once <<EOT
scenario drop all that is left
! drop pkram
EOT
	ktap_test_result "nothing is left" not left ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
