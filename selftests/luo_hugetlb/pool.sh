#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Pages of the previous kernel count towards hugepages= and nr_hugepages, whether their file
# is retrieved or not.
#
# vm: boot=pkram,pkram,pkram,pkram,pkram,pkram,pkram arch=x86_64 mem=1G
. ./functions.sh

# The lines are: total, free, reserved, surplus.
more=
ktap_print_header
case $STAGE in
1)	ktap_set_plan 2
	set_pages 20
	result "save" ./pool save 6 4
	result "counts" has "20 10 0 0"
	more=hugepages=20 ;;
2)	# The pool waits for the pages that are retrieved.
	ktap_set_plan 6
	result "hugepages= counts the pages" has "10 10 0 0"
	result "nr_hugepages is what was asked for" [ "$(cat /proc/sys/vm/nr_hugepages)" = 20 ]
	set_pages 24
	result "nr_hugepages counts the pages" has "14 14 0 0"
	result "retrieve" ./pool retrieve 6 4
	result "the counts are those of before" has "24 14 0 0"
	result "save" ./pool save 5 5
	more=hugepages=24 ;;
3)	# The second file is not retrieved, and its pages join the pool.
	ktap_set_plan 4
	result "hugepages= counts the pages" has "14 14 0 0"
	result "retrieve one of two" ./pool retrieve 5
	result "the pages of the other are free pages of the pool" has "24 19 0 0"
	result "save" ./pool save 8 ;;
4)	# Without hugepages= the pages stay persistent.
	ktap_set_plan 5
	result "without hugepages= there is no pool" has "0 0 0 0"
	result "retrieve" ./pool retrieve 8
	result "the pages are not surplus" has "8 0 0 0"
	set_pages 18
	result "save" ./pool save 10
	result "counts" has "18 0 0 0"
	more=hugepages=4 ;;
5)	# hugepages= is smaller than the number of pages: the others are surplus.
	ktap_set_plan 6
	result "nothing is allocated" has "0 0 0 0"
	result "retrieve" ./pool retrieve 10
	result "the rest is surplus" has "10 0 0 6"
	release
	result "and is freed when the file is closed" has "4 4 0 0"
	set_surplus 5
	result "save" ./pool save 7
	result "counts" has "7 0 0 3"
	more=hugepages=4 ;;
6)	# Surplus pages stay so.
	ktap_set_plan 5
	result "nothing is allocated" has "0 0 0 0"
	result "retrieve" ./pool retrieve 7
	result "counts" has "7 0 0 3"
	release
	result "the surplus pages are freed" has "4 4 0 0"
	result "save" ./pool save 4 ;;
7)	# The pool does not wait for what is not retrieved: it is freed.
	ktap_set_plan 3
	before=$(free_kib)
	result "without hugepages= there is no pool" has "0 0 0 0"
	result "finish" ./pool retrieve
	freed=$(($(free_kib) - before))
	echo "# $freed KiB were freed"
	least=7168
	# KASAN uses memory meanwhile.
	free_memory_is_exact || least=6144
	result "the pages are free memory" [ "$freed" -ge "$least" ] ;;
esac
end_stage "$more"
