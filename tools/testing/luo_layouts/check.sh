#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Compile the tables of the kinds, and copies of them with a change, and compare the
# layouts in their catalogues with the published ones. The change in a copy must be
# reported, with the name of the field.

. "$LINUX/tools/testing/selftests/kselftest/ktap_helpers.sh"

top=../../..
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
table_flags=

# table FILE: the struct, the lists and the definition of the kind in FILE.
table() {
	echo '#include <linux/luo_field.h>'
	echo '#define MAX_LFS_FILESIZE 0x7fffffffffffffffLL'
	case $1 in
	*memfd_attrs*) echo '#include <linux/kho/abi/luo_memfd_attrs.h>' ;;
	*ledger*) echo '#include <linux/kho/abi/luo_ledger.h>' ;;
	*memfd*) echo '#include <linux/kho/abi/luo_memfd.h>'
		echo '#define memfd_downgrade_to_1 NULL'
		echo '#define memfd_downgrade_to_2 NULL' ;;
	*queues*) echo '#define queues_device_upgrade NULL'
		echo '#define queues_device_downgrade NULL' ;;
	*pkram*) echo '#include <linux/kho/abi/pkram.h>' ;;
	*hugetlb*) echo '#include <linux/kho/abi/luo_hugetlb.h>'
		echo '#define PAGE_SHIFT 12' ;;
	*tmpfs*) echo '#include <linux/kho/abi/luo_tmpfs.h>'
		echo '#include <sys/stat.h>'
		echo '#define MINORBITS 20'
		echo '#define MINORMASK ((1U << MINORBITS) - 1)'
		echo 'extern struct luo_object_kind luo_memfd_extent_kind;'
		sed -n '/^struct luo_tmpfs_object {/,/^}/p' "${1%_kind.c}.h" ;;
	esac
	sed -n -e '/^#if/p; /^#e/p; /^#define [A-Z]*_VERSION [0-9]/p
		/^struct [a-z_]*_\(ser\|device\|queue\|region\|space\) {/,/^}/{/^#/!p}
		/^struct domain {/,/^}/{/^#/!p}
		/^#define [A-Z_]*_FIELDS[_0-9]*(/,/[^\\]$/p
		/^#define [A-Z_]*_\(VERSIONS\|SUBSECTIONS\|MEMBERS\)/,/[^\\]$/p
		/^\(LUO_DE[FS][A-Z]*\|static const char \*const \)/{' -e ':more' -e '/;/!{N;b more' -e '};p}' "$1"
}

layouts() {
	${CC:-gcc} -std=gnu11 $CPPFLAGS $table_flags -c -o "$dir/table.o" "$dir/table.c" \
		>"$dir/log" 2>&1 &&
		./layouts.py "$dir/table.o" published >>"$dir/log" 2>&1
}

result() {
	if [ "$1" = 0 ]; then
		ktap_test_pass "$2"
	else
		grep -E '^#|error' "$dir/log" | sed 's/^#* */# /'
		ktap_test_fail "$2"
	fi
}

unchanged() {
	table "$2" >"$dir/table.c"
	layouts
	result $? "$1 is as published"
}

# changed WHAT FILE SED LINE: after SED the comparison fails and says LINE.
changed() {
	table "$2" | sed "$3" >"$dir/table.c"
	! layouts && grep -q "$4" "$dir/log"
	result $? "$1 is noticed"
}

domain=$top/samples/luo_object/luo_object_domain.c
layouts=$top/kernel/liveupdate/luo_object_layout.c
pages=$top/kernel/liveupdate/luo_pages.c
memfd=$top/mm/luo_memfd_kind.c
attrs=$top/mm/luo_memfd_attrs.c
ledger=$top/kernel/liveupdate/luo_ledger.c
sample=$top/samples/luo_object/luo_object_sample.c
meter=$top/samples/luo_object/luo_object_meter.c
queues=$top/samples/luo_object/luo_object_queues.c
pkram=$top/kernel/liveupdate/pkram_kind.c
tmpfs=$top/mm/luo_tmpfs_kind.c
hugetlb=$top/mm/luo_hugetlb_kind.c

ktap_print_header
ktap_set_plan 29

unchanged domain "$domain"
table_flags=-DDOMAIN_VERSION=1
unchanged "domain of the sample's version 1" "$domain"
table_flags=
unchanged layouts "$layouts"
unchanged page_run "$pages"
unchanged memfd "$memfd"
unchanged memfd_attrs "$attrs"
unchanged ledger "$ledger"
unchanged pkram "$pkram"
unchanged tmpfs "$tmpfs"
unchanged hugetlb "$hugetlb"
unchanged sample "$sample"
unchanged meter "$meter"
table_flags=-DMETER_VERSION=1
unchanged "meter of the driver's version 1" "$meter"
table_flags=
unchanged queues "$queues"
table_flags=-DQUEUES_VERSION=1
unchanged "queues of the sample's version 1" "$queues"
table_flags=
changed "a reference to another kind" "$queues" \
	's/reference(queues_limit)/reference(queues_queue)/' \
	'found: *queues_device 1 limit at 24 bytes 8 reference to'
changed "elements of another kind" "$hugetlb" \
	's/elements_of(hugetlb_resv)/elements_of(hugetlb_extent)/' \
	'found: *hugetlb 0 reserved.array at 56 bytes 8 array to'
changed "a name of the kind of published elements" "$domain" \
	's/elements, regions, \.element_kind = &domain_region_kind/elements_of(domain_region), regions/' \
	'found: *domain 3 regions.array at 72 bytes 8 array to'
changed "pages with another list" "$domain" \
	's/field(ser, 4, pages, tables)/field(ser, 4, u64, nr) field(ser, 4, elements_of(domain_space), tables)/
	 s/\tstruct luo_pages_ser tables;/\tu64 nr; struct luo_elements_ser tables;/
	 s/\tmember(object, tables, pages)/\t/' \
	'found: *domain 4 tables.array at 112 bytes 8 array to'
changed "a field of another size" "$sample" \
	's/u64 nr_kernels/u32 nr_kernels/; s/u64, nr_kernels/u32, nr_kernels/
	 s/\tu64 since/\tu32 since/; s/u64, since/u32, since/' \
	'found: *sample 1 since at 4 bytes 4 unsigned'
changed "two fields in another order" "$sample" \
	's/\tu64 nr_kernels;//; s/\tu64 since;/&\n\tu64 nr_kernels;/
	 s/ser, 0, u64, nr_kernels, .min = 1/ser, 0, u64, since/
	 s/ser, 1, u64, since, .*)/ser, 1, u64, nr_kernels)/' \
	'found: *sample 0 since at 0 bytes 8 unsigned'
changed "a field of another type" "$sample" \
	's/\tu64 since/\ts64 since/; s/u64, since/s64, since/' \
	'found: *sample 1 since at 8 bytes 8 signed'
changed "a part of a node with a field of another type" "$pkram" \
	's/field(ser, 1, reserved, reserved)/field(ser, 1, u32, reserved)/' \
	'found: *pkram_object 1 reserved at 32 bytes 4 unsigned'
changed "an extent with a field of another type" "$memfd" \
	's/mask(luo_memfd_extent_flag_names), flags/reserved, flags/' \
	'found: *memfd_extent 1 flags at 22 bytes 2 reserved'
changed "a node of a tree with a field of another type" "$tmpfs" \
	's/field(ser, 0, u32, minor, .*)/field(ser, 0, reserved, minor)/' \
	'found: *tmpfs_node 0 minor at 100 bytes 4 reserved'
changed "a huge page's extent with a field of another type" "$hugetlb" \
	's/field(ser, 0, reserved, reserved)/field(ser, 0, u32, reserved)/' \
	'found: *hugetlb_extent 0 reserved at 20 bytes 4 unsigned'
changed "a flag without a new version" "$memfd" \
	's/"range_keys", "noexec"/&, "huge"/; /^static_assert(LUO_MEMFD_FLAGS/d' \
	'found: *memfd 2 flags has 3 names'
changed "a flag of an extent without a new version" "$memfd" \
	's/"descending", "poisoned"/&, "compressed"/; /^static_assert((LUO_MEMFD_DESC/,/;$/d' \
	'found: *memfd_extent 1 flags has 3 names'
changed "a new version" "$sample" \
	's/version(kind, 1, mandatory)/version(kind, 2, mandatory) &/' \
	'sample version 2 is new'

ktap_finished
