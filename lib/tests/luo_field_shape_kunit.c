// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of fields that are more than one number
 *
 * Strings, booleans, enums, masks, arrays of numbers and nested structs: the bytes that
 * are stored for each, the values that are refused, and the conversion to and from a
 * version that lacks the field.
 */

#include <kunit/test.h>
#include <linux/luo_field.h>

#include "luo_object_kunit.h"

static const char *const shape_modes[] = { "off", NULL, "slow", "fast" };
static const char *const shape_rights[] = { "read", "write", NULL, "exec" };

struct shape_span_ser {
	u32 start;
	u16 pages;
	u16 rights;
};

#define SHAPE_SPAN_FIELDS(field, ser)					\
	field(ser, 0, u32, start)					\
	field(ser, 0, u16, pages, .min = 1, .max = 512)			\
	field(ser, 0, mask(shape_rights), rights)

LUO_DEFINE_NESTED(shape_span, struct shape_span_ser, SHAPE_SPAN_FIELDS);

struct shape_ser {
	char name[6];
	u8 enabled;
	u8 mode;
	u32 lines[3];
	struct shape_span_ser low;
	u32 rights;
	s16 offsets[2];
	u8 late;
	u8 reserved[3];
	struct shape_span_ser high;
};

#define SHAPE_FIELDS(field, ser)					\
	field(ser, 1, string, name)					\
	field(ser, 1, boolean, enabled)					\
	field(ser, 1, enum(shape_modes), mode)				\
	field(ser, 1, numbers(u32), lines, .max = 1000)			\
	field(ser, 1, nested(shape_span, SHAPE_SPAN_FIELDS), low)	\
	field(ser, 1, mask(shape_rights), rights)			\
	field(ser, 2, numbers(s16), offsets, .min = (u64)-9, .max = 9,	\
	      .fallback = (u64)-1)					\
	field(ser, 2, boolean, late, .fallback = 1)			\
	field(ser, 2, reserved, reserved)				\
	field(ser, 2, nested(shape_span, SHAPE_SPAN_FIELDS), high,	\
	      .droppable = true, .fallback = 1)

#define SHAPE_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND_UNLISTED(shape, struct shape_ser, SHAPE_FIELDS, SHAPE_VERSIONS);

/* The same, with other names in the struct. */
struct shape_renamed_ser {
	char title[6];
	u8 enabled;
	u8 speed;
	u32 rows[3];
	struct shape_span_ser first;
	u32 rights;
	s16 shifts[2];
	u8 recent;
	u8 unused[3];
	struct shape_span_ser second;
};

#define SHAPE_RENAMED_FIELDS(field, ser)				\
	field(ser, 1, alias(string, name), title)			\
	field(ser, 1, boolean, enabled)					\
	field(ser, 1, alias(enum(shape_modes), mode), speed)		\
	field(ser, 1, alias(numbers(u32), lines), rows, .max = 1000)	\
	field(ser, 1, alias(nested(shape_span, SHAPE_SPAN_FIELDS), low), first) \
	field(ser, 1, mask(shape_rights), rights)			\
	field(ser, 2, alias(numbers(s16), offsets), shifts, .min = (u64)-9, \
	      .max = 9, .fallback = (u64)-1)				\
	field(ser, 2, alias(boolean, late), recent, .fallback = 1)	\
	field(ser, 2, alias(reserved, reserved), unused)		\
	field(ser, 2, alias(nested(shape_span, SHAPE_SPAN_FIELDS), high), \
	      second, .droppable = true, .fallback = 1)

LUO_DEFINE_KIND_UNLISTED(shape_renamed, struct shape_renamed_ser,
			 SHAPE_RENAMED_FIELDS, SHAPE_VERSIONS);

static const struct luo_object_id shape_id = { "shape", 1 };

static const struct shape_ser shape_plain = {
	.name = "eth0",
	.enabled = 1,
	.mode = 2,
	.lines = { 7, 0, 1000 },
	.low = { .start = 0x1000, .pages = 3, .rights = 0x9 },
	.rights = 0x3,
	.offsets = { -1, -1 },
	.late = 1,
	.high = { .start = 1, .pages = 1, .rights = 1 },
};

/* Version 1 of it on a little-endian machine, which was published. Do not change it. */
static const u8 shape_golden[] = {
	'e', 't', 'h', '0', 0, 0,
	1,
	2,
	7, 0, 0, 0, 0, 0, 0, 0, 0xe8, 3, 0, 0,
	0, 0x10, 0, 0, 3, 0, 9, 0,
	3, 0, 0, 0,
};

static int luo_field_shape_init(struct kunit *test)
{
	shape_kind.selected = ~0UL;

	return luo_loopback_init(test);
}

static int shape_save(const struct shape_ser *shape)
{
	return luo_object_convert_save(&luo_loopback_out, &shape_kind, 1, shape,
				       GFP_KERNEL);
}

static int shape_load(struct shape_ser *shape)
{
	return luo_object_convert_load(&luo_loopback_in, &shape_kind, 1, shape);
}

static const struct luo_object_record_ser *shape_record(u32 version)
{
	const struct luo_object_table *table =
		luo_object_table_find(&luo_loopback_out.tables, "shape");

	return table ? luo_object_table_record(table, 1, version) : NULL;
}

static void luo_shape_golden(struct kunit *test)
{
	const struct luo_object_record_ser *record;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		kunit_skip(test, "the bytes are those of a little-endian machine");

	KUNIT_ASSERT_EQ(test, shape_save(&shape_plain), 0);
	record = shape_record(1);
	KUNIT_ASSERT_NOT_NULL(test, record);
	KUNIT_ASSERT_EQ(test, record->size, (u32)sizeof(shape_golden));
	KUNIT_EXPECT_MEMEQ(test, luo_object_table_record_data(record), shape_golden,
			   sizeof(shape_golden));
	luo_object_out_abort(&luo_loopback_out, &shape_id);
}

/* Each field of a nested struct is a field of the outer struct. */
static void luo_shape_nested(struct kunit *test)
{
	const struct luo_field *field = &shape_kind.fields[5];

	KUNIT_ASSERT_EQ(test, shape_kind.nr_fields, 14U);
	KUNIT_EXPECT_STREQ(test, field->name, "low.pages");
	KUNIT_EXPECT_EQ(test, field->since, 1U);
	KUNIT_EXPECT_EQ(test, field->offset, 24U);
	KUNIT_EXPECT_EQ(test, field->size, 2U);
	KUNIT_EXPECT_EQ(test, field->max, 512ULL);
	KUNIT_EXPECT_EQ(test, shape_kind.versions[0].size, 48U);
	KUNIT_EXPECT_EQ(test, shape_kind.versions[1].size, 32U);
}

static void luo_shape_same_version(struct kunit *test)
{
	struct shape_ser shape = shape_plain, loaded;

	shape.offsets[1] = 9;
	shape.late = 0;
	shape.high.start = 5;
	KUNIT_ASSERT_EQ(test, shape_save(&shape), 0);
	KUNIT_EXPECT_NULL(test, shape_record(1));
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, shape_load(&loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &shape, sizeof(shape));
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &shape_id),
			0);
}

/* Each number of an array, and each field of a nested struct, is filled. */
static void luo_shape_from_older(struct kunit *test)
{
	struct shape_ser loaded;

	shape_kind.selected = BIT(1);
	KUNIT_ASSERT_EQ(test, shape_save(&shape_plain), 0);
	luo_loopback_kexec();
	memset(&loaded, 0xff, sizeof(loaded));
	KUNIT_ASSERT_EQ(test, shape_load(&loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &shape_plain, sizeof(loaded));
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &shape_id),
			0);
}

/* A single number that would be lost keeps the older version from being written. */
static void luo_shape_to_older(struct kunit *test)
{
	struct shape_ser shape = shape_plain;

	shape.high.pages = 7;
	KUNIT_EXPECT_EQ(test, shape_save(&shape), 0);
	KUNIT_EXPECT_NOT_NULL(test, shape_record(1));
	luo_object_out_abort(&luo_loopback_out, &shape_id);

	shape.offsets[1] = 0;
	KUNIT_EXPECT_EQ(test, shape_save(&shape), 0);
	KUNIT_EXPECT_NULL(test, shape_record(1));
	KUNIT_EXPECT_NOT_NULL(test, shape_record(2));
	luo_object_out_abort(&luo_loopback_out, &shape_id);
}

/* An invalid value, which is written over the plain object. */
static const struct shape_bad {
	const char *what;
	u32 offset;
	u8 bytes[6];
	u32 len;
} shape_bad_cases[] = {
	{ "string without a NUL", 0, "eth000", 6 },
	{ "boolean of 2", 6, { 2 }, 1 },
	{ "enum without a name", 7, { 1 }, 1 },
	{ "enum behind the names", 7, { 4 }, 1 },
	{ "first of the numbers", 8, { 0xe9, 3 }, 2 },
	{ "last of the numbers", 16, { 0xe9, 3 }, 2 },
	{ "nested number", 24, { 0, 0 }, 2 },
	{ "nested mask", 26, { 4 }, 1 },
	{ "mask with a bit between the names", 28, { 4 }, 1 },
	{ "mask with a bit behind the names", 31, { 0x80 }, 1 },
	{ "signed number of an array", 34, { 10, 0 }, 2 },
	{ "negative number of an array", 32, { 0xf6, 0xff }, 2 },
};

/* An invalid value is neither written nor accepted from another kernel. */
static void luo_shape_refused(struct kunit *test)
{
	const struct shape_bad *bad;
	struct shape_ser shape;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shape_bad_cases); i++) {
		bad = &shape_bad_cases[i];
		shape = shape_plain;
		memcpy((u8 *)&shape + bad->offset, bad->bytes, bad->len);
		KUNIT_EXPECT_EQ_MSG(test, shape_save(&shape), -ERANGE, "%s",
				    bad->what);
		KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out,
							   &shape, sizeof(shape),
							   &shape_id, 2, 0,
							   GFP_KERNEL), 0);
		luo_loopback_kexec();
		KUNIT_EXPECT_EQ_MSG(test, shape_load(&shape), -ERANGE, "%s",
				    bad->what);
		KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in,
							   &shape_id), 0);
	}
}

/* An object without the field cannot be loaded if the fallback is not a valid value. */
static void luo_shape_bad_fallback(struct kunit *test)
{
	static const struct luo_field bad[] = {
		{ .name = "boolean", .since = 2, .size = 1, .fallback = 2,
		  .form = LUO_FORM_BOOLEAN },
		{ .name = "enum", .since = 2, .size = 1, .fallback = 1,
		  .form = LUO_FORM_ENUM, .names = shape_modes,
		  .nr_names = ARRAY_SIZE(shape_modes) },
		{ .name = "mask", .since = 2, .size = 1, .fallback = 4,
		  .form = LUO_FORM_MASK, .names = shape_rights,
		  .nr_names = ARRAY_SIZE(shape_rights) },
		{ .name = "numbers", .since = 2, .size = 4, .item = 1,
		  .fallback = 256 },
	};
	struct luo_object_kind kind = shape_kind;
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, luo_object_fields_valid(&kind));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		kind.fields = &bad[i];
		kind.nr_fields = 1;
		KUNIT_EXPECT_FALSE_MSG(test, luo_object_fields_valid(&kind),
				       "%s", bad[i].name);
	}
}

/* A field that was renamed has its old name in the layout, and everything else is equal. */
static void luo_shape_renamed(struct kunit *test)
{
	const struct luo_field *a, *b;
	unsigned int i;

	for (i = 0; i < shape_kind.nr_versions; i++)
		KUNIT_EXPECT_EQ(test, shape_renamed_kind.versions[i].layout,
				shape_kind.versions[i].layout);
	KUNIT_ASSERT_EQ(test, shape_renamed_kind.nr_fields, shape_kind.nr_fields);
	for (i = 0; i < shape_kind.nr_fields; i++) {
		a = &shape_kind.fields[i];
		b = &shape_renamed_kind.fields[i];
		KUNIT_EXPECT_STREQ(test, b->name, a->name);
		KUNIT_EXPECT_EQ(test, b->since, a->since);
		KUNIT_EXPECT_EQ(test, b->offset, a->offset);
		KUNIT_EXPECT_EQ(test, b->size, a->size);
		KUNIT_EXPECT_EQ(test, (u32)b->type, (u32)a->type);
		KUNIT_EXPECT_EQ(test, (u32)b->form, (u32)a->form);
		KUNIT_EXPECT_EQ(test, b->item, a->item);
		KUNIT_EXPECT_EQ(test, b->max, a->max);
		KUNIT_EXPECT_EQ(test, b->fallback, a->fallback);
		KUNIT_EXPECT_EQ(test, b->droppable, a->droppable);
	}
}

static struct kunit_case luo_field_shape_cases[] = {
	KUNIT_CASE(luo_shape_golden),
	KUNIT_CASE(luo_shape_nested),
	KUNIT_CASE(luo_shape_renamed),
	KUNIT_CASE(luo_shape_same_version),
	KUNIT_CASE(luo_shape_from_older),
	KUNIT_CASE(luo_shape_to_older),
	KUNIT_CASE(luo_shape_refused),
	KUNIT_CASE(luo_shape_bad_fallback),
	{}
};

static struct kunit_suite luo_field_shape_suite = {
	.name = "luo_field_shape",
	.init = luo_field_shape_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_field_shape_cases,
};

kunit_test_suite(luo_field_shape_suite);
