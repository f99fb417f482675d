#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The cost of an object: bytes that are stored and read, a struct with fields, and 100,000
# elements of 24 bytes, whose four fields have any value, or are checked. "copy" is a memcpy()
# of the elements and their CRC. The cost of each item of a list and of an xarray, and of each
# page, with 100,000 items and 10,000 pages. The cost to find an object among 100,000, by the
# index and by the containers that the kernel has.
#
# bench: boot=@,@ kernels=pkram
. ../luo_lib/functions.sh

luo=/sys/kernel/debug/luo_object_test
cost=/sys/kernel/debug/luo_object_test_cost
index=/sys/kernel/debug/luo_index_test

# figure WORK SIZE FIGURE FILE - print the number in the file.
figure() {
	echo "# figure: $1 $2 $3 $(cat "$4") instructions"
}

# bytes COMMAND FIGURE - store or read 10,000 objects of 40 bytes.
bytes() {
	echo "$1 bench 10000 40 1" >$luo/command && figure object-bytes 1K "$2" $luo/result
}

# call COMMAND COUNT WORK SIZE FIGURE
call() {
	echo "$1 $2" >$cost && figure "$3" "$4" "$5" $cost
}

# index NAME - add 100,000 records to a container, and find them.
index() {
	echo "$1 100000" >$index || return
	read -r add find bytes <$index
	echo "# figure: index-$1 100K add $add instructions"
	echo "# figure: index-$1 100K find $find instructions"
	echo "# figure: index-$1 100K memory $bytes bytes"
}

ktap_print_header
case $STAGE in
1)	result "store bytes" bytes bulk-store store
	result "save objects" call save 10000 object 1K save
	result "save elements" call save-elements 100000 elements 2344K save
	result "save elements that are checked" call save-checked 100000 elements-checked 2344K save
	result "copy elements" call copy 100000 elements 2344K copy
	result "save a list" call save-list 100000 list 100K save
	result "save an xarray" call save-xarray 100000 xarray 100K save
	result "save pages" call save-pages 10000 pages 40M save
	result "the index" index luo
	result "an xarray" index xarray
	result "an rhashtable" index rhashtable ;;
2)	result "read bytes" bytes bulk-read read
	result "load objects" call load 10000 object 1K load
	result "load elements" call load-elements 100000 elements 2344K load
	result "load elements that are checked" call load-checked 100000 elements-checked 2344K load
	result "load a list" call load-list 100000 list 100K load
	result "load an xarray" call load-xarray 100000 xarray 100K load
	result "load pages" call load-pages 10000 pages 40M load
	result "finish bytes" sh -c "echo bulk-finish bench 10000 40 1 >$luo/command" ;;
esac
ktap_print_totals
[ "$KTAP_CNT_FAIL" -eq 0 ]
