// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the elements of objects
 *
 * Test the bytes that are stored, the conversion between kernels of the same, an older and
 * a newer version, the values that are refused, and that no memory stays allocated.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../kernel/liveupdate/luo_array_internal.h"
#include "../../kernel/liveupdate/luo_elements_internal.h"
#include "luo_object_kunit.h"

static const char *const item_modes[] = { "off", "slow", "fast" };

struct item_ser {
	u32 line;
	u16 mode;
	u16 weight;
	u64 owner;
	u64 since;
};

#define ITEM_FIELDS(field, ser)						\
	field(ser, 0, u32, line)					\
	field(ser, 0, enum(item_modes), mode)				\
	field(ser, 0, u16, weight, .max = 100)				\
	field(ser, 1, u64, owner, .droppable = true, .fallback = 7)	\
	field(ser, 2, u64, since, .droppable = true)

#define ITEM_VERSIONS(version, kind)					\
	version(kind, 2, element)					\
	version(kind, 1, element)					\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(item, struct item_ser, ITEM_FIELDS, ITEM_VERSIONS);

struct box_ser {
	u64 label;
	struct luo_elements_ser items;
	struct luo_elements_ser spare;
};

#define BOX_FIELDS(field, ser)						\
	field(ser, 1, u64, label)					\
	field(ser, 1, elements, items, .element_kind = &item_kind)	\
	field(ser, 2, elements_of(item), spare)

#define BOX_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND_UNLISTED(box, struct box_ser, BOX_FIELDS, BOX_VERSIONS);

#define PART_VERSIONS(version, kind)					\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(part, struct item_ser, ITEM_FIELDS, PART_VERSIONS);

/* The same fields. The elements are of another kind. */
#define BOX_OTHER_FIELDS(field, ser)					\
	field(ser, 1, u64, label)					\
	field(ser, 1, elements, items)					\
	field(ser, 2, elements_of(part), spare)

LUO_DEFINE_KIND_UNLISTED(box_other, struct box_ser, BOX_OTHER_FIELDS,
			 BOX_VERSIONS);

/* The digests of versions 1 and 2 of the box, which were published. Do not change them. */
#define BOX_LAYOUT_1	0x44b096d8U
#define BOX_LAYOUT_2	0x9f6ba176U

static const struct item_ser items_plain[] = {
	{ 1, 2, 100, 7, 0 },
	{ 0x1234, 0, 5, 7, 0 },
	{ U32_MAX, 1, 0, 7, 0 },
};

/* The bytes of these elements in version 0, which was published. Do not change them. */
static const u8 items_golden[] = {
	1, 0, 0, 0, 2, 0, 100, 0,
	0x34, 0x12, 0, 0, 0, 0, 5, 0,
	0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0,
};

#define ITEMS	ARRAY_SIZE(items_plain)

static struct luo_object_kind item_kinds[3];
static struct luo_elements_ser items_ser;
static struct item_ser items_loaded[ITEMS];

/* Return the kind of a kernel whose newest version is @newest. */
static void item_kind_init(unsigned int newest)
{
	struct luo_object_kind *kind = &item_kinds[newest];

	*kind = item_kind;
	kind->versions += 2 - newest;
	kind->nr_versions -= 2 - newest;
	kind->nr_fields -= 2 - newest;
	kind->size = kind->versions[0].size;
}

static int luo_elements_init(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(item_kinds); i++)
		item_kind_init(i);
	memset(items_loaded, 0xff, sizeof(items_loaded));
	box_kind.selected = ~0UL;

	return luo_loopback_init(test);
}

/* Save the plain elements as a kernel does whose newest version is @newest. */
static int items_save(unsigned int newest, struct luo_array *array)
{
	const u32 size = item_kinds[newest].size;
	u8 elements[sizeof(items_plain)];
	unsigned int i;

	for (i = 0; i < ITEMS; i++)
		memcpy(elements + i * size, &items_plain[i], size);

	return luo_elements_save(&items_ser, array, &item_kinds[newest], elements,
				 ITEMS, GFP_KERNEL);
}

static int items_finish(void)
{
	return luo_elements_finish(&items_ser);
}

/* Load as a kernel does that has @kind. On failure @items_loaded is unchanged. */
static int items_load_kind(const struct luo_object_kind *kind)
{
	void *copy;
	int err;

	if (!items_ser.count)
		return 0;

	err = luo_elements_copy(&items_ser, kind, &copy);
	if (err)
		return copy ? -EIO : err;

	memcpy(items_loaded, copy, min(items_ser.count, ITEMS) * kind->size);
	kvfree(copy);

	return 0;
}

static int items_load(unsigned int newest)
{
	return items_load_kind(&item_kinds[newest]);
}

static void luo_elements_golden(struct kunit *test)
{
	struct luo_array array;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		kunit_skip(test, "the bytes are those of a little-endian machine");

	KUNIT_ASSERT_EQ(test, items_save(0, &array), 0);
	KUNIT_EXPECT_EQ(test, items_ser.array, array.handle);
	KUNIT_EXPECT_EQ(test, items_ser.count, 3ULL);
	KUNIT_EXPECT_EQ(test, items_ser.stride, 8U);
	KUNIT_EXPECT_EQ(test, items_ser.version, 0U);
	KUNIT_EXPECT_EQ(test, items_ser.layout, 0x8a2f03eaU);
	KUNIT_EXPECT_EQ(test, items_ser.kind, 0x2b1d974bU);
	KUNIT_EXPECT_MEMEQ(test, array.data, items_golden, sizeof(items_golden));
	luo_array_free(&array);
}

static void luo_elements_fields(struct kunit *test)
{
	const struct luo_field *field = &box_kind.fields[1];

	KUNIT_ASSERT_EQ(test, box_kind.nr_fields, 13U);
	KUNIT_EXPECT_STREQ(test, field->name, "items.array");
	KUNIT_EXPECT_EQ(test, field->form, LUO_FORM_ELEMENTS);
	KUNIT_EXPECT_EQ(test, field->offset, 8U);
	KUNIT_EXPECT_STREQ(test, box_kind.fields[12].name, "spare.kind");
	KUNIT_EXPECT_EQ(test, box_kind.versions[0].size, 72U);
	KUNIT_EXPECT_EQ(test, box_kind.versions[1].size, 40U);
}

/* Convert between all versions. Missing fields of plain elements get their fallbacks. */
static void luo_elements_versions(struct kunit *test)
{
	unsigned int from, to, i;
	struct luo_array array;
	u32 size;

	for (from = 0; from < 3; from++) {
		for (to = 0; to < 3; to++) {
			KUNIT_ASSERT_EQ(test, items_save(from, &array), 0);
			luo_loopback_kexec();
			KUNIT_ASSERT_EQ_MSG(test, items_load(to), 0, "%u to %u",
					    from, to);
			size = item_kinds[to].size;
			for (i = 0; i < ITEMS; i++)
				KUNIT_EXPECT_MEMEQ(test,
						   (u8 *)items_loaded + i * size,
						   &items_plain[i], size);
			KUNIT_EXPECT_EQ(test, items_load(to), 0);
			KUNIT_EXPECT_EQ(test, items_finish(), 0);
			KUNIT_EXPECT_EQ(test, items_finish(), 0);
			KUNIT_EXPECT_EQ(test, items_load(to), -EBADMSG);
		}
	}
}

/* A newer kernel's values are skipped, and the next element is found. */
static void luo_elements_newer_values(struct kunit *test)
{
	struct item_ser items[] = { { 1, 1, 1, 2, 3 }, { 4, 0, 4, 5, 6 } };
	struct luo_array array;

	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&items_ser, &array, &item_kinds[2], items,
					  2, GFP_KERNEL),
			0);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, items_load(0), 0);
	KUNIT_EXPECT_MEMEQ(test, items_loaded, &items[0], 8);
	KUNIT_EXPECT_MEMEQ(test, (u8 *)items_loaded + 8, &items[1], 8);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);
}

/* Elements in several runs, some of which cross from one run to the next. */
static void luo_elements_many(struct kunit *test)
{
	static struct item_ser items[900];
	const u64 nr = ARRAY_SIZE(items);
	struct luo_array array;
	void *loaded;
	u64 i;

	for (i = 0; i < nr; i++)
		items[i] = (struct item_ser){ .line = i, .owner = 7 };

	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&items_ser, &array, &item_kinds[2], items,
					  nr, GFP_KERNEL),
			0);
	luo_loopback_set_max_order(MAX_PAGE_ORDER);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_elements_copy(&items_ser, &item_kinds[2], &loaded),
			0);
	KUNIT_EXPECT_MEMEQ(test, loaded, items, sizeof(items));
	kvfree(loaded);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);
}

static void luo_elements_none(struct kunit *test)
{
	struct luo_elements_ser zero = {};
	struct luo_array array;

	memset(&items_ser, 0xff, sizeof(items_ser));
	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&items_ser, &array, &item_kinds[2], NULL,
					  0, GFP_KERNEL),
			0);
	KUNIT_EXPECT_MEMEQ(test, &items_ser, &zero, sizeof(zero));
	KUNIT_EXPECT_NULL(test, array.data);
	KUNIT_EXPECT_EQ(test, items_load(2), 0);
}

static void luo_elements_bad_values(struct kunit *test)
{
	struct item_ser items[ITEMS];
	struct luo_array array;

	memcpy(items, items_plain, sizeof(items));
	items[2].weight = 101;
	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&items_ser, &array, &item_kinds[2], items,
					  ITEMS, GFP_KERNEL),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, items_ser.array, 0ULL);

	KUNIT_ASSERT_EQ(test, items_save(2, &array), 0);
	((struct item_ser *)array.data)[1].mode = 3;
	luo_array_seal(&array);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, items_load(2), -ERANGE);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);

	KUNIT_ASSERT_EQ(test, items_save(1, &array), 0);
	((u8 *)array.data)[0]++;
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, items_load(2), -EBADMSG);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);
}

/* Each value of struct luo_elements_ser that does not describe the array is refused. */
struct gauge_ser {
	u64 big;
	u32 wide;
	s16 offset;
	u16 medium;
	u8 small;
	u8 any;
	u16 list[2];
	u8 rest[2];
};

#define GAUGE_FIELDS(field, ser)					\
	field(ser, 0, u64, big, .max = U64_MAX - 1)			\
	field(ser, 0, u32, wide, .min = 3)				\
	field(ser, 0, s16, offset, .min = -5, .max = 5)			\
	field(ser, 0, u16, medium, .min = 10, .max = 20)		\
	field(ser, 0, u8, small, .max = 254)				\
	field(ser, 0, u8, any)						\
	field(ser, 0, numbers(u16), list, .max = 9)			\
	field(ser, 0, reserved, rest)

#define GAUGE_VERSIONS(version, kind)					\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(gauge, struct gauge_ser, GAUGE_FIELDS, GAUGE_VERSIONS);

#define GAUGES	3000

static const struct gauge_ser gauge_valid = {
	U64_MAX - 1, U32_MAX, -5, 20, 254, 255, { 9, 0 },
};

/* Each has one field that is invalid. */
static const struct gauge_ser gauges_invalid[] = {
	{ U64_MAX, 3, 0, 10 },
	{ 0, 2, 0, 10 },
	{ 0, 3, -6, 10 },
	{ 0, 3, 6, 10 },
	{ 0, 3, 0, 9 },
	{ 0, 3, 0, 21 },
	{ 0, 3, 0, 10, 255 },
	{ 0, 3, 0, 10, .list = { 0, 10 } },
	{ 0, 3, 0, 10, .rest = { 0, 1 } },
};

/* An invalid value of any field, in any of many elements, is found. */
static void luo_elements_bad_value_of_many(struct kunit *test)
{
	static const u32 at[] = { 0, 1023, 1024, GAUGES - 1 };
	struct gauge_ser *gauges;
	struct luo_array array;
	unsigned int i, j;

	gauges = kvmalloc_array(GAUGES, sizeof(*gauges), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, gauges);
	for (i = 0; i < GAUGES; i++)
		gauges[i] = gauge_valid;
	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&items_ser, &array, &gauge_kind, gauges,
					  GAUGES, GFP_KERNEL),
			0);
	luo_array_free(&array);

	for (i = 0; i < ARRAY_SIZE(gauges_invalid) * ARRAY_SIZE(at); i++) {
		j = at[i % ARRAY_SIZE(at)];
		gauges[j] = gauges_invalid[i / ARRAY_SIZE(at)];
		KUNIT_EXPECT_EQ_MSG(
			test,
			luo_elements_save(&items_ser, &array, &gauge_kind, gauges,
					  GAUGES, GFP_KERNEL),
			-ERANGE, "element %u, case %zu", j, i / ARRAY_SIZE(at));
		gauges[j] = gauge_valid;
	}
	kvfree(gauges);
}

static void luo_elements_refused(struct kunit *test)
{
	struct luo_elements_ser good;
	struct luo_array array;

	KUNIT_ASSERT_EQ(test, items_save(1, &array), 0);
	luo_loopback_kexec();
	good = items_ser;

	items_ser.count = ITEMS + 1;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser.count = U64_MAX;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser.count = ITEMS - 1;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser = good;
	items_ser.stride--;
	KUNIT_EXPECT_EQ(test, items_load(2), -EPROTO);
	items_ser = good;
	items_ser.layout ^= 1;
	KUNIT_EXPECT_EQ(test, items_load(2), -EPROTO);
	items_ser = good;
	items_ser.kind ^= 1;
	KUNIT_EXPECT_EQ(test, items_load(2), -EPROTO);
	items_ser = good;
	items_ser.version = 3;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser.stride = LUO_OBJECT_SIZE_MAX + 1;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser.stride = 32;
	KUNIT_EXPECT_EQ(test, items_load(2), -EMSGSIZE);
	items_ser = good;
	items_ser.array += PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, items_load(2), -EBADMSG);
	items_ser = good;
	KUNIT_EXPECT_EQ(test, items_load(2), 0);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);
}

/* A kernel that no longer reads the oldest versions. */
static void luo_elements_too_old(struct kunit *test)
{
	struct luo_object_kind kind = item_kinds[2];
	struct luo_array array;

	kind.nr_versions = 1;
	KUNIT_ASSERT_EQ(test, items_save(1, &array), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, items_load_kind(&kind), -EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, items_load(2), 0);
	KUNIT_EXPECT_EQ(test, items_finish(), 0);
}

/* An older kernel would lose a field that is not droppable in silence. */
static void luo_elements_not_droppable(struct kunit *test)
{
	struct luo_field fields[5];
	struct luo_object_kind kind = item_kinds[2];
	struct luo_array array;

	memcpy(fields, kind.fields, sizeof(fields));
	fields[4].droppable = false;
	kind.fields = fields;
	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&items_ser, &array, &kind, items_plain,
					  ITEMS, GFP_KERNEL),
			-EINVAL);
}

/* Elements are not objects, and objects are not elements. */
static void luo_elements_not_objects(struct kunit *test)
{
	struct luo_object_kind kind = item_kind;
	struct luo_array array;
	int err;

	err = luo_object_register_kind(&kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	kind.elements = false;
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&kind), 0);
	luo_object_unregister_kind(&kind);

	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&items_ser, &array, &kind, items_plain,
					  ITEMS, GFP_KERNEL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, items_ser.count, 0ULL);
}

/* An object without a drop function is freed with its elements. */
static void luo_elements_dropped(struct kunit *test)
{
	struct luo_array items, spare;
	struct box_ser box = {};

	KUNIT_ASSERT_EQ(test, items_save(2, &spare), 0);
	box.spare = items_ser;
	KUNIT_ASSERT_EQ(test, items_save(1, &items), 0);
	box.items = items_ser;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &box_kind, 3, &box,
						      GFP_KERNEL), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_TRUE(test, luo_object_convert_drops(&box_kind));
	KUNIT_EXPECT_FALSE(test, luo_object_convert_drops(&item_kind));
	KUNIT_ASSERT_EQ(test, luo_object_convert_drop(&luo_loopback_in,
						      &box_kind, 3), 0);
	KUNIT_EXPECT_EQ(test, items_load(2), -EBADMSG);
	items_ser = box.spare;
	KUNIT_EXPECT_EQ(test, items_load(2), -EBADMSG);
}

static unsigned int box_drops;

static int box_drop(const void *ser)
{
	box_drops++;

	return 0;
}

/* Without memory, an object is kept, or its drop function is not called again. */
static void luo_elements_dropped_once(struct kunit *test)
{
	struct luo_object_kind kind = box_kind;
	struct luo_array items;
	struct box_ser box = {};
	unsigned long nth = 0;
	int err;

	kind.drop = box_drop;
	box_drops = 0;
	KUNIT_ASSERT_EQ(test, items_save(1, &items), 0);
	box.items = items_ser;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out, &kind, 3, &box,
						      GFP_KERNEL), 0);
	luo_loopback_kexec();
	do {
		KUNIT_ASSERT_EQ(test, box_drops, 0U);
		luo_loopback_fail_nth(++nth);
		err = luo_object_convert_drop(&luo_loopback_in, &kind, 3);
		luo_loopback_fail_nth(0);
	} while (err == -ENOMEM);

	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, box_drops, 1U);
	KUNIT_EXPECT_EQ(test, luo_object_convert_drop(&luo_loopback_in, &kind, 3),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* The name of the kind of the elements is part of the layout, if the list gives it. */
static void luo_elements_kind_in_layout(struct kunit *test)
{
	const struct luo_field *spare = &box_kind.fields[7];

	KUNIT_EXPECT_EQ(test, box_kind.versions[1].layout, BOX_LAYOUT_1);
	KUNIT_EXPECT_EQ(test, box_kind.versions[0].layout, BOX_LAYOUT_2);
	KUNIT_EXPECT_EQ(test, box_other_kind.versions[1].layout, BOX_LAYOUT_1);
	KUNIT_EXPECT_NE(test, box_other_kind.versions[0].layout, BOX_LAYOUT_2);

	KUNIT_EXPECT_STREQ(test, spare->name, "spare.array");
	KUNIT_EXPECT_STREQ(test, spare->target, "item");
	KUNIT_EXPECT_EQ(test, (u32)spare->type, (u32)LUO_FIELD_ARRAY);
	KUNIT_EXPECT_EQ(test, (u32)spare->form, (u32)LUO_FORM_ELEMENTS);
}

/* Show the elements of a box. Return the text. */
static const char *box_show(struct kunit *test, const struct box_ser *box)
{
	static char text[256 << 10];
	struct seq_file m = { .buf = text, .size = sizeof(text) };

	luo_elements_show(&m, "", &box_kind, &box_kind.versions[0], box);
	KUNIT_ASSERT_LT(test, m.count, m.size);
	text[m.count] = 0;

	return text;
}

/* Elements are shown in both kernels, by the fields that their version has. */
static void luo_elements_shown(struct kunit *test)
{
	static const char expected[] =
		"  items[0].line 1\n"
		"  items[0].mode fast\n"
		"  items[0].weight 100\n"
		"  items[0].owner 7\n"
		"  items[1].line 4660\n"
		"  items[1].mode off\n"
		"  items[1].weight 5\n"
		"  items[1].owner 7\n"
		"  items[2].line 4294967295\n"
		"  items[2].mode slow\n"
		"  items[2].weight 0\n"
		"  items[2].owner 7\n";
	struct luo_array array, spare;
	struct box_ser box = {};

	KUNIT_EXPECT_STREQ(test, box_show(test, &box), "");

	KUNIT_ASSERT_EQ(test, items_save(1, &array), 0);
	box.items = items_ser;
	KUNIT_EXPECT_STREQ(test, box_show(test, &box), expected);
	luo_loopback_kexec();
	KUNIT_EXPECT_STREQ(test, box_show(test, &box), expected);

	box.items.layout ^= 1;
	KUNIT_EXPECT_STREQ(test, box_show(test, &box),
			   "  items not shown: in another layout\n");
	box.items.layout ^= 1;
	box.items.count++;
	KUNIT_EXPECT_STREQ(test, box_show(test, &box), "  items corrupt\n");
	box.items.count--;
	KUNIT_EXPECT_EQ(test, items_finish(), 0);

	KUNIT_ASSERT_EQ(test, items_save(0, &spare), 0);
	box = (struct box_ser){ .spare = items_ser };
	((u8 *)spare.data)[0]++;
	KUNIT_EXPECT_STREQ(test, box_show(test, &box), "  spare corrupt\n");
	luo_array_free(&spare);
}

/* Many elements are cut off. Their number is shown, and their CRC is not checked. */
static void luo_elements_shown_many(struct kunit *test)
{
	const u64 nr = 100000;
	struct box_ser box = {};
	struct luo_array array;
	struct item_ser *items;
	const char *text;
	size_t len;
	u64 i;

	items = kvcalloc(nr, sizeof(*items), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, items);
	for (i = 0; i < nr; i++)
		items[i].line = i;
	luo_loopback_set_max_order(0);
	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&box.spare, &array, &item_kind, items, nr,
					  GFP_KERNEL), 0);
	luo_loopback_set_max_order(MAX_PAGE_ORDER);
	kvfree(items);

	text = box_show(test, &box);
	len = strlen(text);
	KUNIT_ASSERT_LT(test, strlen("  spare 1000 of 100000 shown\n"), len);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n  spare[999].line 999\n"));
	KUNIT_EXPECT_NULL(test, strstr(text, "spare[1000]"));
	KUNIT_EXPECT_STREQ(test, text + len - strlen("  spare 1000 of 100000 shown\n"),
			   "  spare 1000 of 100000 shown\n");
	luo_array_free(&array);
}

static struct kunit_case luo_elements_cases[] = {
	KUNIT_CASE(luo_elements_kind_in_layout),
	KUNIT_CASE(luo_elements_golden),
	KUNIT_CASE(luo_elements_fields),
	KUNIT_CASE(luo_elements_versions),
	KUNIT_CASE(luo_elements_newer_values),
	KUNIT_CASE(luo_elements_many),
	KUNIT_CASE(luo_elements_none),
	KUNIT_CASE(luo_elements_bad_values),
	KUNIT_CASE(luo_elements_bad_value_of_many),
	KUNIT_CASE(luo_elements_refused),
	KUNIT_CASE(luo_elements_too_old),
	KUNIT_CASE(luo_elements_not_droppable),
	KUNIT_CASE(luo_elements_not_objects),
	KUNIT_CASE(luo_elements_dropped),
	KUNIT_CASE(luo_elements_dropped_once),
	KUNIT_CASE(luo_elements_shown),
	KUNIT_CASE(luo_elements_shown_many),
	{}
};

static struct kunit_suite luo_elements_suite = {
	.name = "luo_elements",
	.init = luo_elements_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_elements_cases,
};

kunit_test_suite(luo_elements_suite);
