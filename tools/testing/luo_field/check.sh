#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Compile a kind with one mistake after the other, and expect the error message for it.
# The kind is that of the sample in samples/luo_object/.

. "$LINUX/tools/testing/selftests/kselftest/ktap_helpers.sh"

sample=../../../samples/luo_object/luo_object_sample.c
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The struct and the lists of the sample, without the code that uses them.
table() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^struct sample_ser {/,/^LUO_DEFINE_KIND/p' "$sample"
}

compile() {
	${CC:-gcc} -std=gnu11 -Wall -Wno-unused -fsyntax-only $CPPFLAGS \
		"$dir/table.c" >"$dir/log" 2>&1
}

result() {
	if [ "$1" = 0 ]; then
		ktap_test_pass "$2"
	else
		grep -E 'error|warning|no change' "$dir/log" | sed 's/^/# /'
		ktap_test_fail "$2"
	fi
}

# good NAME SED: the table compiles after SED.
good() {
	table | sed "$2" >"$dir/table.c"
	table | cmp -s - "$dir/table.c" && [ -n "$2" ] && echo "no change" >"$dir/log" &&
		{ result 1 "$1"; return; }
	compile
	result $? "$1"
}

# bad NAME SED SENTENCE: it does not, and the compiler says SENTENCE.
bad() {
	table | sed "$2" >"$dir/table.c"
	! compile && grep -q "$3" "$dir/log"
	result $? "$1"
}

since='field(ser, 1, u64, since, .droppable = true)'
member='s/^\tu64 since;/&\n\tu32 colour;\n\tu32 reserved;/'
colour='field(ser, 2, u32, colour, .fallback = 7) field(ser, 2, reserved, reserved)'
field="s/$since/& $colour/"
version='s/version(kind, 1, mandatory)/version(kind, 2, mandatory) &/'

ktap_print_header
ktap_set_plan 13

good "the sample as it is" ""
good "a field more is a line in the table" "$member; $field; $version"
bad "in the struct, not in the table" "$member; $version" \
	"struct sample_ser goes on after its last field"
bad "in the table, not in the struct" "$field; $version" \
	"has no member named .*colour"
bad "a gap in the middle" 's/^\tu64 since;/\tu64 forgotten;\n&/' \
	"there is a gap before field since"
bad "padding" 's/u64 nr_kernels/u32 nr_kernels/' \
	"there is a gap before field since"
bad "two fields in the same place" \
	's/^\tu64 since;/\tunion { u64 since; u64 until; };/
	 s/'"$since"'/& field(ser, 1, u64, until)/' \
	"field until overlaps the one above it"
bad "a field twice" "s/$since/& $since/" "redeclaration of enumerator"
bad "not in the order of the struct" \
	's/^\tu64 nr_kernels;//; s/^\tu64 since;/&\n\tu64 nr_kernels;/' \
	"fields are listed once, in the order of the struct"
bad "an older field after a newer one" \
	's/ser, 0, u64, nr_kernels/ser, 2, u64, nr_kernels/' \
	"field since is older than the one above it"
bad "another type in the struct" 's/u64 since;/s64 since;/' \
	"field since is not of type u64 in the struct"
bad "a type of no fixed width" 's/ser, 1, u64, since/ser, 1, long, since/' \
	"luo_wire_type_long"
bad "a name that is too long" \
	's/since\b/since_when_the_first_kernel_was_booted/' \
	"the name of field since_when_the_first_kernel_was_booted is too long"

ktap_finished
