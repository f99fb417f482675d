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
ktap_set_plan 71

good "the sample as it is" ""
good "a field more is a line in the table" "$member; $field; $version"
bad "in the struct, not in the table" "$member; $version" \
	"struct sample_ser has members after its last field"
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
	"luo_wire_each_long"
bad "a name that is too long" \
	's/since\b/since_when_the_first_kernel_was_booted/' \
	"the name of field since_when_the_first_kernel_was_booted is too long"

# The table of the KUnit suite, which has all other types of fields.
shapes() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^static const char \*const shape_modes/,/SHAPE_RENAMED_FIELDS, SHAPE_VERSIONS/p' \
		../../../lib/tests/luo_field_shape_kunit.c | sed s/_UNLISTED//
}
table() { shapes; }

good "fields of all other types" ""
bad "a string that is not an array of char" 's/char name\[6\]/u8 name[6]/' \
	"field name is not of type string in the struct"
bad "a boolean that is not a u8" 's/^\tu8 enabled;/\ts8 enabled;/' \
	"field enabled is not of type boolean in the struct"
bad "an enum that is signed" 's/^\tu8 mode;/\ts8 mode;/' \
	"field mode is not of type enum(shape_modes) in the struct"
bad "an enum without names" 's/enum(shape_modes)/enum(shape_moods)/' \
	"shape_moods.* undeclared"
bad "a mask that is smaller than its names" \
	's/^\tu16 rights;/\tu8 rights; u8 more;/
	 s/field(ser, 0, mask(shape_rights), rights)/& field(ser, 0, u8, more)/
	 s/"exec"/[11] = "exec"/' \
	"field low.rights has fewer bits than mask(shape_rights) has names"
bad "numbers of another size" 's/u32 lines\[3\]/u16 lines[6]/' \
	"field lines is not of type numbers(u32) in the struct"
bad "one number instead of an array" 's/u32 lines\[3\];/u32 lines, more[2];/' \
	"field lines is not of type numbers(u32) in the struct"
bad "a nested struct of another size" \
	's/^\tstruct shape_span_ser low;/\tstruct { u32 start; u16 pages, rights; u32 more; } low;/' \
	"field low is not of type nested(shape_span, SHAPE_SPAN_FIELDS) in the struct"
bad "a nested struct without a definition" 's/^LUO_DEFINE_NESTED.*//' \
	"luo_nested_size_shape_span.* undeclared"
bad "a nested struct with a version" 's/ser, 0, u32, start/ser, 1, u32, start/' \
	"a nested struct has those of the structs it is in"
bad "a gap in a nested struct" 's/ser, 0, u16, pages/ser, 0, u8, pages/' \
	"field pages is not of type u8 in the struct"
bad "a field of a nested struct that is not listed" \
	's/field(ser, 0, u16, pages, .min = 1, .max = 512)//' \
	"there is a gap before field rights"
bad "a renamed field of another type" 's/alias(enum(shape_modes), mode), speed/alias(u16, mode), speed/' \
	"field speed is not of type alias(u16, mode) in the struct"
bad "an old name that is too long" \
	's/alias(string, name)/alias(string, the_name_of_the_shape_that_is_too_long)/' \
	"the name of field the_name_of_the_shape_that_is_too_long is too long"
bad "an alias in a nested struct" 's/ser, 0, u32, start/ser, 0, alias(u32, begin), start/' \
	"luo_wire_type_alias"
bad "a name that is too long together with the name of the nested struct" \
	's/\blow\b/the_lower_end_of_the_address_space/' \
	"the name of field the_lower_end_of_the_address_space.start is too long"

# The table of the KUnit suite of references.
table() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^struct lane_ser {/,/^LUO_DEFINE_KIND_UNLISTED(part/p' \
		../../../lib/tests/luo_object_reference_kunit.c | sed s/_UNLISTED//
}

good "references" ""
bad "a reference that is not a u64" 's/^\tu64 spare;/\tu32 spare, more;/' \
	"field spare is not of type reference(lane) in the struct"
bad "a reference that is signed" 's/^\tu64 spare;/\ts64 spare;/' \
	"field spare is not of type reference(lane) in the struct"
bad "a reference of a nested struct that is not a u64" \
	's/^\tu64 far;/\tu32 far, more;/' \
	"field far is not of type reference(lane) in the struct"
bad "a reference without the name of a kind" 's/reference(lane), spare/reference, spare/' \
	"luo_wire_each_reference"
bad "a reference to an empty name" 's/reference(lane), spare/reference(), spare/' \
	"a field needs the name of a kind"
bad "a reference to a name that is too long" \
	's/reference(lane), spare/reference(lane_of_a_port_that_has_a_name_longer_than_kinds), spare/' \
	"a field needs the name of a kind"

# The table of the KUnit suite of elements.
table() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^static const char \*const item_modes/,/^LUO_DEFINE_KIND_UNLISTED(box/p' \
		../../../lib/tests/luo_elements_kunit.c | sed s/_UNLISTED//
}

good "elements" ""
bad "elements that are not a struct luo_elements_ser" \
	's/struct luo_elements_ser items/u64 items[4]/' \
	"field items is not of type elements in the struct"
bad "elements of a named kind that are not a struct luo_elements_ser" \
	's/struct luo_elements_ser spare/u64 spare[4]/' \
	"field spare is not of type elements_of(item) in the struct"
bad "elements of an empty name" 's/elements_of(item)/elements_of()/' \
	"a field needs the name of a kind"
bad "elements of a name that is too long" \
	's/elements_of(item)/elements_of(item_of_a_box_that_has_a_longer_name_than_kinds_have)/' \
	"a field needs the name of a kind"
bad "elements of a kind that is not defined above" 's/elements_of(item)/elements_of(thing)/' \
	"thing_kind.* undeclared"
bad "a kind of elements that is not a kind" 's/\.element_kind = &item_kind/.element_kind = item_kind/' \
	"incompatible types"
bad "a new field of elements that is not at the end" \
	's/ser, 1, u64, owner/ser, 3, u64, owner/' \
	"field since is older than the one above it"

bad "a kind with versions of objects and of elements" \
	's/version(kind, 1, element)/version(kind, 1, mandatory)/' \
	"the versions of kind item are not all element or none"

# The table of the KUnit suite of subsections.
table() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^struct plug_filter_ser {/,/struct plug, PLUG_SUBSECTIONS/p' \
		../../../lib/tests/luo_object_subsection_kunit.c | sed s/_UNLISTED//
}

good "subsections" ""
bad "a subsection that is not defined" 's/subsection(object, label)/subsection(object, lamp)/' \
	"has no member named .*lamp"
bad "a subsection with another struct" 's/struct plug_label_ser label/struct plug_filter_ser label/' \
	"member label is not the struct of the subsection"
bad "a struct of the object that does not begin with the wire struct" \
	's/^\tstruct plug_ser ser;//; s/^\tu64 between;/&\n\tstruct plug_ser ser;/' \
	"ser is not the first member of struct plug"
bad "a struct of the object that begins with another struct" \
	's/^\tstruct plug_ser ser;/\tstruct plug_label_ser ser;/' \
	"ser is not a struct plug_ser in struct plug"
bad "a subsection with mandatory and optional versions" \
	's/version(kind, 1, optional)/version(kind, 2, mandatory) &/' \
	"the versions of subsection label are not all mandatory or all optional"
bad "a subsection whose name is too long" \
	's/\blabel\b/label_of_a_plug_that_has_a_name_longer_than_those_of_kinds/' \
	"the name plug.label_of_a_plug.* is too long\|is too long"
bad "a version that is too large" 's/version(kind, 2, mandatory)/version(kind, 32768, mandatory)/' \
	"version 32768 is too large"

# The structures that are part of a node of PKRAM.
table() {
	echo '#include <linux/luo_field.h>'
	echo '#include <linux/kho/abi/pkram.h>'
	sed -n '/^#define PKRAM_FIELDS/,/^LUO_NOTE_PART_OF(pkram, pkram_bytes)/p' \
		../../../kernel/liveupdate/pkram_kind.c
}

good "structures that are part of an object" ""
bad "a part that is a kind of objects" \
	's/LUO_NOTE_PART_OF(pkram, pkram_run)/LUO_NOTE_PART_OF(pkram, pkram)/' \
	"kind pkram is not one of elements"
bad "a part without one of its fields" \
	's/field(ser, 1, u64, index)//; s/\(ser, 1, u64, where)\).*/\1/' \
	"struct pkram_run_ser has members after its last field"
bad "a part with versions of objects" 's/version(kind, 1, element)/version(kind, 1, optional)/' \
	"the versions of pkram_run are not all element"

# The table of the KUnit suite of members.
table() {
	echo '#include <linux/luo_field.h>'
	sed -n '/^struct tray_cup_ser {/,/struct tray, LUO_NO_SUBSECTIONS, TRAY_MEMBERS/p' \
		../../../lib/tests/luo_object_member_kunit.c | sed s/_UNLISTED//
}

good "pages, a list and an xarray" ""
bad "pages that are not a struct luo_pages_ser" \
	's/^\tstruct luo_pages_ser sheets/\tu64 sheets[5]/' \
	"field sheets is not of type pages in the struct"
bad "pages in memory that are not a struct luo_pages" \
	's/^\tstruct luo_pages sheets/\tstruct list_head sheets/' \
	"member sheets is not of type pages in the struct of the object"
bad "a member without a field" 's/member(object, spare/member(object, bowls/' \
	"has no member named .*bowls"
bad "pages in a field for elements" \
	's/member(object, sheets, pages)/member(object, cups, pages)/' \
	"field cups cannot hold pages"
bad "a list in a field for pages" \
	's/^\tstruct luo_pages spare/\tstruct list_head spare/
	 s/member(object, spare, pages)/member(object, spare, list(tray_cup, struct tray_cup, node, ser))/' \
	"field spare cannot hold list(tray_cup"
bad "a list that is an xarray in memory" \
	's/^\tstruct list_head cups/\tstruct xarray cups/' \
	"member cups is not of type list(tray_cup"
bad "items of a list without a struct list_head" \
	's/struct list_head node/struct list_head *node/' \
	"node is not a struct list_head in struct tray_cup"
bad "items with another struct" 's/^\tstruct tray_cup_ser ser;/\tu64 ser[2];/' \
	"ser is not the struct of kind tray_cup in struct tray_cup"
bad "items of a kind that is not defined" 's/list(tray_cup,/list(tray_mug,/' \
	"luo_struct_tray_mug.* undeclared"
bad "a list of a kind of objects" 's/version(kind, 1, element)/version(kind, 1, mandatory)/' \
	"kind tray_cup is not one of elements"
bad "a key that is not a u64" 's/, ser, place)/, ser, size)/' \
	"size is not a u64 in the struct of kind tray_cup"
bad "a struct of the object that does not begin with the wire struct" \
	's/^\tstruct tray_ser ser;//; s/^\tstruct luo_pages sheets;/&\n\tstruct tray_ser ser;/' \
	"ser is not the first member of struct tray"

ktap_finished
