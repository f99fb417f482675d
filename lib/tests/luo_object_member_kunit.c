// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the members of objects
 *
 * Save and load pages, a list and an xarray with an object. Test the bytes that are stored,
 * what a hostile previous kernel can write, that a call without memory changes nothing,
 * and that no page stays allocated.
 */

#include <kunit/test.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../../kernel/liveupdate/luo_array_internal.h"
#include "../../kernel/liveupdate/luo_elements_internal.h"
#include "../../kernel/liveupdate/luo_pages_internal.h"
#include "luo_object_kunit.h"

struct tray_cup_ser {
	u64 place;
	u32 size;
	u32 reserved;
};

#define TRAY_CUP_FIELDS(field, ser)					\
	field(ser, 1, u64, place)					\
	field(ser, 1, u32, size, .max = 100)				\
	field(ser, 1, reserved, reserved)

#define TRAY_CUP_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND_UNLISTED(tray_cup, struct tray_cup_ser, TRAY_CUP_FIELDS,
			 TRAY_CUP_VERSIONS);

struct tray_ser {
	u64 label;
	struct luo_pages_ser sheets;
	struct luo_elements_ser cups;
	struct luo_elements_ser places;
	struct luo_pages_ser spare;
};

#define TRAY_FIELDS(field, ser)						\
	field(ser, 1, u64, label, .min = 1)				\
	field(ser, 1, pages, sheets)					\
	field(ser, 2, elements_of(tray_cup), cups)			\
	field(ser, 2, elements_of(tray_cup), places)			\
	field(ser, 3, pages, spare)

#define TRAY_VERSIONS(version, kind)					\
	version(kind, 3, mandatory)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)

struct tray_cup {
	u32 before;
	struct list_head node;
	u32 between;
	struct tray_cup_ser ser;
	u32 after;
};

struct tray {
	struct tray_ser ser;
	struct luo_pages sheets;
	struct list_head cups;
	struct xarray places;
	struct luo_pages spare;
};

#define TRAY_MEMBERS(member, object)					\
	member(object, sheets, pages)					\
	member(object, cups, list(tray_cup, struct tray_cup, node, ser)) \
	member(object, places, xarray(tray_cup, struct tray_cup, ser, place)) \
	member(object, spare, pages)

LUO_DEFINE_KIND_MEMBERS_UNLISTED(tray, struct tray_ser, TRAY_FIELDS, TRAY_VERSIONS,
				 struct tray, LUO_NO_SUBSECTIONS, TRAY_MEMBERS);

/* The digests of the tray and of a run, which were published. Do not change them. */
#define PAGE_RUN_LAYOUT	0x16e94b59U
#define TRAY_LAYOUT_1	0x9fa82242U
#define TRAY_LAYOUT_3	0xe3392768U
#define TRAY_CUP_LAYOUT	0x27cafac4U
#define TRAY_CUP_KIND	0x020044f7U

/* More than one run, and folios of two orders. */
#define TRAY_SHEETS	11
#define TRAY_CUPS	5

static struct tray tray_saved, tray_loaded;

static void tray_init(struct tray *tray)
{
	*tray = (struct tray){ .ser.label = 7 };
	INIT_LIST_HEAD(&tray->cups);
	xa_init(&tray->places);
}

static int luo_member_init(struct kunit *test)
{
	tray_init(&tray_saved);
	tray_init(&tray_loaded);
	tray_kind.selected = ~0UL;

	return luo_loopback_init(test);
}

static void luo_member_exit(struct kunit *test)
{
	luo_object_members_unload(&tray_kind, &tray_loaded);
	luo_loopback_exit(test);
}

static void tray_add_pages(struct kunit *test, struct luo_pages *pages,
			   unsigned int order, unsigned int nr)
{
	u64 address;

	while (nr--) {
		address = luo_loopback_page_alloc(order);
		KUNIT_ASSERT_NE(test, address, 0ULL);
		memset(phys_to_virt(address), pages->nr_pages,
		       PAGE_SIZE << order);
		KUNIT_ASSERT_EQ(test, luo_pages_add_pfn(pages, PHYS_PFN(address),
							order, GFP_KERNEL), 0);
	}
}

static struct tray_cup *tray_cup_alloc(struct kunit *test, u64 place, u32 size)
{
	struct tray_cup *cup = kzalloc(sizeof(*cup), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cup);
	*cup = (struct tray_cup){
		.before = 1, .between = 2, .after = 3,
		.ser = { .place = place, .size = size },
	};

	return cup;
}

/* The places of cups in the xarray are 3, 103, 203, … */
static void tray_fill(struct kunit *test, struct tray *tray)
{
	struct tray_cup *cup;
	u32 i;

	tray_add_pages(test, &tray->sheets, 0, 3);
	tray_add_pages(test, &tray->sheets, 2, 2);
	for (i = 0; i < TRAY_CUPS; i++) {
		cup = tray_cup_alloc(test, 0, 10 * i);
		list_add_tail(&cup->node, &tray->cups);
		cup = tray_cup_alloc(test, 0, i);
		KUNIT_ASSERT_EQ(test, xa_insert(&tray->places, 100 * i + 3, cup,
						GFP_KERNEL), 0);
	}
	tray_add_pages(test, &tray->spare, 0, 1);
}

static int tray_save(void)
{
	return luo_object_convert_save(&luo_loopback_out, &tray_kind, 3,
				       &tray_saved, GFP_KERNEL);
}

static int tray_load(void)
{
	return luo_object_convert_load(&luo_loopback_in, &tray_kind, 3,
				       &tray_loaded);
}

static int tray_finish(void)
{
	return luo_object_convert_finish(&luo_loopback_in, &tray_kind, 3);
}

/* A kexec loses the heap, with the items and the lists of runs. */
static void tray_kexec(void)
{
	kvfree(tray_saved.sheets.runs);
	tray_saved.sheets = (struct luo_pages){};
	kvfree(tray_saved.spare.runs);
	tray_saved.spare = (struct luo_pages){};
	luo_object_members_unload(&tray_kind, &tray_saved);
	luo_loopback_kexec();
}

static void tray_expect_empty(struct kunit *test, struct tray *tray)
{
	KUNIT_EXPECT_TRUE(test, list_empty(&tray->cups));
	KUNIT_EXPECT_TRUE(test, xa_empty(&tray->places));
	KUNIT_EXPECT_NULL(test, tray->sheets.runs);
	KUNIT_EXPECT_EQ(test, tray->sheets.nr_pages, 0ULL);
	KUNIT_EXPECT_NULL(test, tray->spare.runs);
}

static void tray_expect_pages(struct kunit *test, const struct luo_pages *pages,
			      u64 nr)
{
	const u8 *page;
	u64 i, first = 0;

	KUNIT_ASSERT_EQ(test, pages->nr_pages, nr);
	for (i = 0; i < nr; i++) {
		/* The content of a folio is the number of its first page. */
		first = i < 3 ? i : 3 + (i - 3) / 4 * 4;
		page = phys_to_virt(PFN_PHYS(luo_pages_pfn(pages, i)));
		KUNIT_EXPECT_EQ(test, page[0], first);
		KUNIT_EXPECT_EQ(test, page[PAGE_SIZE - 1], first);
	}
}

static void tray_expect(struct kunit *test, struct tray *tray)
{
	struct tray_cup *cup;
	u32 i = 0;

	KUNIT_EXPECT_EQ(test, tray->ser.label, 7ULL);
	tray_expect_pages(test, &tray->sheets, TRAY_SHEETS);
	tray_expect_pages(test, &tray->spare, 1);

	list_for_each_entry(cup, &tray->cups, node) {
		KUNIT_EXPECT_EQ(test, cup->ser.size, 10 * i);
		KUNIT_EXPECT_EQ(test, cup->before + cup->between + cup->after, 0U);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, (u32)TRAY_CUPS);

	for (i = 0; i < TRAY_CUPS; i++) {
		cup = xa_load(&tray->places, 100 * i + 3);
		KUNIT_ASSERT_NOT_NULL(test, cup);
		KUNIT_EXPECT_EQ(test, cup->ser.size, i);
		KUNIT_EXPECT_EQ(test, cup->ser.place, 100ULL * i + 3);
	}
}

static void luo_member_table(struct kunit *test)
{
	const struct luo_field *field = &tray_kind.fields[1];

	KUNIT_ASSERT_EQ(test, tray_kind.nr_fields, 27U);
	KUNIT_EXPECT_STREQ(test, field[0].name, "sheets.nr_pages");
	KUNIT_EXPECT_EQ(test, (u32)field[0].form, (u32)LUO_FORM_PAGES);
	KUNIT_EXPECT_EQ(test, field[0].offset, 8U);
	KUNIT_EXPECT_STREQ(test, field[1].name, "sheets.runs.array");
	KUNIT_EXPECT_EQ(test, (u32)field[1].type, (u32)LUO_FIELD_ARRAY);
	KUNIT_EXPECT_EQ(test, (u32)field[1].form, (u32)LUO_FORM_ANY);
	KUNIT_EXPECT_STREQ(test, field[1].target, "page_run");
	KUNIT_EXPECT_STREQ(test, field[6].name, "sheets.runs.kind");
	KUNIT_EXPECT_EQ(test, tray_kind.versions[2].size, 48U);
	KUNIT_EXPECT_EQ(test, tray_kind.versions[0].size, 152U);
	KUNIT_EXPECT_EQ(test, tray_kind.versions[2].layout, TRAY_LAYOUT_1);
	KUNIT_EXPECT_EQ(test, tray_kind.versions[0].layout, TRAY_LAYOUT_3);
	KUNIT_EXPECT_TRUE(test, luo_object_convert_drops(&tray_kind));
	KUNIT_EXPECT_TRUE(test, luo_object_members_valid(&tray_kind));
}

/* Find the newest struct of the object that is stored. */
static void tray_stored(struct tray_ser *ser)
{
	const struct luo_object_id id = { "tray", 3 };

	luo_object_out_read(&luo_loopback_out, &id, 3, 0, ser, sizeof(*ser));
}

static void luo_member_golden(struct kunit *test)
{
	const struct luo_pages_run_ser *runs;
	struct luo_run *run;
	struct tray_ser ser = {};

	tray_add_pages(test, &tray_saved.sheets, 0, 1);
	tray_add_pages(test, &tray_saved.sheets, 2, 1);
	run = tray_saved.sheets.runs;
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_stored(&ser);
	KUNIT_EXPECT_EQ(test, ser.sheets.nr_pages, 5ULL);
	KUNIT_EXPECT_EQ(test, ser.sheets.runs.count, 2ULL);
	KUNIT_EXPECT_EQ(test, ser.sheets.runs.stride, 16U);
	KUNIT_EXPECT_EQ(test, ser.sheets.runs.version, 1U);
	KUNIT_EXPECT_EQ(test, ser.sheets.runs.layout, PAGE_RUN_LAYOUT);
	KUNIT_EXPECT_EQ(test, ser.sheets.runs.kind, 0xadff9d9eU);

	/* The elements of a small array follow the head of its list. */
	runs = phys_to_virt(ser.sheets.runs.array) +
	       sizeof(struct luo_array_block_ser);
	KUNIT_EXPECT_EQ(test, runs[0].pfn, run[0].pfn);
	KUNIT_EXPECT_EQ(test, runs[0].nr_pages, 1U);
	KUNIT_EXPECT_EQ(test, runs[0].order, 0U);
	KUNIT_EXPECT_EQ(test, runs[1].pfn, run[1].pfn);
	KUNIT_EXPECT_EQ(test, runs[1].nr_pages, 4U);
	KUNIT_EXPECT_EQ(test, runs[1].order, 2U);
	KUNIT_EXPECT_EQ(test, runs[0].reserved + runs[1].reserved, 0U);

	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
	luo_object_members_unload(&tray_kind, &tray_saved);
}

/*
 * The elements of a list, in its order, and those of an xarray, in the order of the keys,
 * on a little-endian machine. They were published. Do not change them.
 */
static const u8 tray_cups_golden[] = {
	0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 tray_places_golden[] = {
	3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	4, 3, 2, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
};

static void luo_member_golden_containers(struct kunit *test)
{
	static const u64 keys[] = { 0x01020304, 3 };
	const size_t head = sizeof(struct luo_array_block_ser);
	struct tray_ser ser = {};
	struct tray_cup *cup;
	u32 i;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		kunit_skip(test, "the bytes are those of a little-endian machine");

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		cup = tray_cup_alloc(test, 0, 20 - 10 * i);
		list_add_tail(&cup->node, &tray_saved.cups);
		cup = tray_cup_alloc(test, 0, 2 - i);
		KUNIT_ASSERT_EQ(test, xa_insert(&tray_saved.places, keys[i], cup,
						GFP_KERNEL), 0);
	}
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_stored(&ser);
	KUNIT_EXPECT_EQ(test, ser.cups.count, 2ULL);
	KUNIT_EXPECT_EQ(test, ser.cups.stride, 16U);
	KUNIT_EXPECT_EQ(test, ser.cups.version, 1U);
	KUNIT_EXPECT_EQ(test, ser.cups.layout, TRAY_CUP_LAYOUT);
	KUNIT_EXPECT_EQ(test, ser.cups.kind, TRAY_CUP_KIND);
	KUNIT_EXPECT_MEMEQ(test, phys_to_virt(ser.cups.array) + head,
			   tray_cups_golden, sizeof(tray_cups_golden));
	KUNIT_EXPECT_EQ(test, ser.places.count, 2ULL);
	KUNIT_EXPECT_MEMEQ(test, phys_to_virt(ser.places.array) + head,
			   tray_places_golden, sizeof(tray_places_golden));

	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
	luo_object_members_unload(&tray_kind, &tray_saved);
}

/* Over two kexecs: the pages that were claimed can be saved again. */
static void luo_member_round_trip(struct kunit *test)
{
	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	tray_expect(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_load(), -EINVAL);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
	KUNIT_EXPECT_EQ(test, tray_finish(), -ENOENT);
	tray_expect(test, &tray_loaded);

	tray_saved = tray_loaded;
	INIT_LIST_HEAD(&tray_saved.cups);
	list_splice_init(&tray_loaded.cups, &tray_saved.cups);
	tray_init(&tray_loaded);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
	tray_expect_pages(test, &tray_loaded.sheets, TRAY_SHEETS);
}

/* An object without members is stored in all versions, else only where they fit. */
static void luo_member_versions(struct kunit *test)
{
	const struct luo_object_id id = { "tray", 3 };

	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	KUNIT_EXPECT_EQ(test, luo_object_out_size(&luo_loopback_out, &id, 1), 48UL);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	tray_expect_empty(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);

	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	KUNIT_EXPECT_EQ(test, luo_object_out_size(&luo_loopback_out, &id, 1), 0UL);
	KUNIT_EXPECT_EQ(test, luo_object_out_size(&luo_loopback_out, &id, 2), 0UL);
	KUNIT_EXPECT_EQ(test, tray_save(), -EEXIST);
	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	/* No selected version has all fields. */
	tray_kind.selected = 6;
	KUNIT_EXPECT_EQ(test, tray_save(), -ENODATA);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	tray_expect_pages(test, &tray_saved.sheets, TRAY_SHEETS);
	luo_object_members_unload(&tray_kind, &tray_saved);
}

/* The items that were there at the update are loaded. */
static void luo_member_update(struct kunit *test)
{
	struct tray_cup *cup;
	unsigned long keys;

	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&tray_kind, 3,
							&tray_saved), -ENOENT);
	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);

	cup = tray_cup_alloc(test, 0, 101);
	list_add_tail(&cup->node, &tray_saved.cups);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&tray_kind, 3,
							&tray_saved), -ERANGE);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);
	list_del(&cup->node);
	cup->ser.size = 77;
	list_add(&cup->node, &tray_saved.cups);
	KUNIT_ASSERT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&tray_kind, 3,
							&tray_saved), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);

	/* Another page in the place of one is not preserved. */
	swap(tray_saved.sheets.runs[0].pfn, tray_saved.spare.runs[0].pfn);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&tray_kind, 3,
							&tray_saved), -EINVAL);
	swap(tray_saved.sheets.runs[0].pfn, tray_saved.spare.runs[0].pfn);

	tray_add_pages(test, &tray_saved.spare, 0, 1);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&tray_kind, 3,
							&tray_saved), -EINVAL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);

	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	cup = list_first_entry(&tray_loaded.cups, struct tray_cup, node);
	KUNIT_EXPECT_EQ(test, cup->ser.size, 77U);
	tray_expect_pages(test, &tray_loaded.spare, 1);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/* A poisoned page is not saved, and one that is poisoned later is found before a kexec. */
static void luo_member_poisoned(struct kunit *test)
{
	u64 page;

	tray_fill(test, &tray_saved);
	page = PFN_PHYS(luo_pages_pfn(&tray_saved.sheets, TRAY_SHEETS - 1));
	luo_loopback_poison(page);
	KUNIT_EXPECT_EQ(test, tray_save(), -EHWPOISON);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING), 0UL);

	luo_loopback_poison(0);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	KUNIT_EXPECT_EQ(test, luo_object_members_check_poison(&luo_loopback_out,
							      &tray_kind), 0);
	luo_loopback_poison(page);
	KUNIT_EXPECT_EQ(test, luo_object_members_check_poison(&luo_loopback_out,
							      &tray_kind), -EHWPOISON);
	luo_loopback_poison(PFN_PHYS(luo_pages_pfn(&tray_saved.spare, 0)));
	KUNIT_EXPECT_EQ(test, luo_object_members_check_poison(&luo_loopback_out,
							      &tray_kind), -EHWPOISON);

	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
	KUNIT_EXPECT_EQ(test, luo_object_members_check_poison(&luo_loopback_out,
							      &tray_kind), 0);
	luo_loopback_poison(0);
	luo_object_members_unload(&tray_kind, &tray_saved);
}

/* Objects that no code loads are freed with all that they lead to. */
static void luo_member_dropped(struct kunit *test)
{
	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_drop(&luo_loopback_in,
						      &tray_kind, 3), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/* The runs of the object of the previous kernel, and the number of pages. */
static struct luo_pages_ser *tray_runs(struct luo_run **runs)
{
	static struct luo_pages_ser ser;
	struct tray_ser tray;

	luo_object_in_read(&luo_loopback_in, &tray, sizeof(tray),
			   &(struct luo_object_id){ "tray", 3 }, 3);
	ser = tray.sheets;
	*runs = phys_to_virt(ser.runs.array) + sizeof(struct luo_array_block_ser);

	return &ser;
}

/* Seal the list again after a change. */
static void tray_seal(void)
{
	struct luo_array_block_ser *block;
	struct luo_pages_ser *ser;
	struct luo_array array = {};
	struct luo_run *runs;

	ser = tray_runs(&runs);
	block = phys_to_virt(ser->runs.array);
	array.blocks = block;
	array.data = runs;
	array.count = ser->runs.count;
	array.element_size = ser->runs.stride;
	luo_array_seal(&array);
}

/* Expect that the list is refused when it is read, for this reason. */
static void tray_expect_refused(struct kunit *test, const char *reason)
{
	struct luo_pages pages;
	struct luo_run *runs;
	const char *why;

	tray_seal();
	KUNIT_EXPECT_EQ(test, luo_pages_read(tray_runs(&runs), &pages, &why),
			-EBADMSG);
	KUNIT_EXPECT_STREQ(test, why, reason);
	KUNIT_EXPECT_EQ(test, tray_load(), -EBADMSG);
	tray_expect_empty(test, &tray_loaded);
}

#define INVALID		"a run of pages is invalid"
#define ANOTHER_NUMBER	"its list has another number of pages"
#define NOT_PRESERVED	"a page was not preserved, or was claimed already"

/* What a hostile kernel can write into the list of runs. No page is claimed. */
static void luo_member_bad_runs(struct kunit *test)
{
	unsigned long keys;
	struct luo_run *runs, good;

	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	tray_runs(&runs);
	keys = luo_loopback_keys(LUO_LOOPBACK_INCOMING);
	good = runs[0];

	runs[0].nr_pages = 0;
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].nr_pages++;
	tray_expect_refused(test, ANOTHER_NUMBER);
	runs[0] = good;
	runs[0].flags = LUO_RUN_RANGE;
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].order = MAX_PAGE_ORDER + 1;
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].order = 4;
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].pfn = PHYS_PFN(PHYS_ADDR_MAX);
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].pfn = U64_MAX;
	tray_expect_refused(test, INVALID);
	runs[0] = good;
	runs[0].pfn = 1;
	tray_expect_refused(test, NOT_PRESERVED);
	runs[0] = good;
	runs[0].nr_pages = U32_MAX;
	tray_expect_refused(test, ANOTHER_NUMBER);

	runs[0] = good;
	runs[0].pfn++;
	KUNIT_EXPECT_EQ(test, tray_load(), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), keys);

	runs[0] = good;
	tray_seal();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	tray_expect(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/* Free pages that are in no list. */
static void tray_free_lost(struct kunit *test, u64 pfn, u32 nr_pages, u16 order)
{
	const struct luo_run lost = { pfn, nr_pages, order };
	struct luo_run_claim claim = {};

	KUNIT_EXPECT_TRUE(test, luo_run_claim_whole(&claim, &lost));
	luo_run_claim_end(&claim);
	luo_run_put(&lost, 0, nr_pages);
}

/* A page that is listed twice has one owner, or none. */
static void luo_member_page_twice(struct kunit *test)
{
	struct luo_run *runs;
	u64 lost;

	tray_add_pages(test, &tray_saved.sheets, 2, 1);
	tray_add_pages(test, &tray_saved.sheets, 0, 1);
	tray_add_pages(test, &tray_saved.sheets, 2, 1);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	tray_runs(&runs);
	lost = runs[2].pfn;
	runs[2].pfn = runs[0].pfn;
	tray_seal();
	KUNIT_EXPECT_EQ(test, tray_load(), -EBADMSG);
	tray_expect_empty(test, &tray_loaded);
	tray_free_lost(test, lost, 4, 2);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/* A run has the pages of the run before it in the middle. */
static void luo_member_overlap(struct kunit *test)
{
	const u64 pfn = PHYS_PFN(luo_loopback_run_alloc(2));
	struct luo_run *runs;
	u64 lost, i;

	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(test, luo_pages_add_pfn(&tray_saved.sheets,
							pfn + i, 0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, tray_saved.sheets.nr_runs, 1ULL);
	tray_add_pages(test, &tray_saved.sheets, 1, 1);
	lost = luo_pages_pfn(&tray_saved.sheets, 4);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_runs(&runs)->runs.count, 2ULL);
	runs[0] = (struct luo_run){ .pfn = pfn + 1, .nr_pages = 2 };
	runs[1] = (struct luo_run){ .pfn = pfn, .nr_pages = 4 };
	tray_seal();
	KUNIT_EXPECT_EQ(test, tray_load(), -EBADMSG);
	tray_expect_empty(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
	tray_free_lost(test, pfn + 3, 1, 0);
	tray_free_lost(test, lost, 2, 1);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/* Save as a hostile kernel does, which changes the fields of the object. */
static int tray_load_changed(struct kunit *test, const struct tray_ser *ser)
{
	const struct luo_object_id id = { "tray", 3 };

	KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out, ser,
						   sizeof(*ser), &id, 3, 0,
						   GFP_KERNEL), 0);
	luo_loopback_kexec();

	return tray_load();
}

static void luo_member_lying_counts(struct kunit *test)
{
	struct tray_ser ser = { .label = 1 };

	ser.sheets.nr_pages = 1;
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EBADMSG);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);

	ser.sheets.runs = (struct luo_elements_ser){
		.array = PAGE_SIZE,
		.count = U64_MAX / 16,
		.stride = 16,
		.version = 1,
		.layout = PAGE_RUN_LAYOUT,
		.kind = luo_object_table_kind_crc("page_run"),
	};
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EBADMSG);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);

	ser.sheets.runs.count = U64_MAX;
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EBADMSG);
	ser.sheets.runs.layout++;
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EPROTO);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);

	ser.sheets = (struct luo_pages_ser){};
	ser.cups = (struct luo_elements_ser){
		.array = PAGE_SIZE,
		.count = U64_MAX / 16,
		.stride = 16,
		.version = 1,
		.layout = tray_cup_kind.versions[0].layout,
		.kind = luo_object_table_kind_crc("tray_cup"),
	};
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EBADMSG);
	tray_expect_empty(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/* Two elements with one key, and an element with an invalid value. */
static void luo_member_bad_elements(struct kunit *test)
{
	struct tray_cup_ser cups[] = { { 5, 1 }, { 6, 2 }, { 5, 3 } };
	struct tray_ser ser = { .label = 1 };
	struct luo_array array;

	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&ser.places, &array, &tray_cup_kind, cups,
					  3, GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -EBADMSG);
	tray_expect_empty(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);

	ser.places = (struct luo_elements_ser){};
	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&ser.cups, &array, &tray_cup_kind, cups, 3,
					  GFP_KERNEL),
			0);
	((struct tray_cup_ser *)array.data)[2].size = 101;
	luo_array_seal(&array);
	KUNIT_EXPECT_EQ(test, tray_load_changed(test, &ser), -ERANGE);
	tray_expect_empty(test, &tray_loaded);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/*
 * Let each allocation of a call fail in turn. A call may succeed with a smaller one, and is
 * then undone.
 */
static void tray_fail_each(struct kunit *test, int (*call)(void), void (*undo)(void),
			   struct tray *empty)
{
	unsigned long keys, nth = 0;
	bool failed;
	int err;

	do {
		keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
		luo_loopback_fail_nth(++nth);
		err = call();
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		if (!failed)
			break;
		if (!err && undo) {
			undo();
			continue;
		}
		KUNIT_ASSERT_EQ_MSG(test, err, -ENOMEM, "allocation %lu", nth);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);
		if (empty)
			tray_expect_empty(test, empty);
	} while (nth < 1000);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_FALSE(test, failed);
}

static void tray_abort(void)
{
	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
}

/* Updating again has the same result. */
static void tray_keep(void) { }

static int tray_update(void)
{
	return luo_object_convert_update(&luo_loopback_out, &tray_kind, 3,
					 &tray_saved);
}

static void luo_member_no_memory(struct kunit *test)
{
	tray_fill(test, &tray_saved);
	tray_fail_each(test, tray_save, tray_abort, NULL);
	tray_fail_each(test, tray_update, tray_keep, NULL);
	tray_kexec();
	tray_fail_each(test, tray_load, NULL, &tray_loaded);
	tray_expect(test, &tray_loaded);
	tray_fail_each(test, tray_finish, NULL, NULL);
}

/* A finish without a load frees the pages, also if it is repeated. */
static void luo_member_no_memory_finish(struct kunit *test)
{
	tray_fill(test, &tray_saved);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	tray_kexec();
	tray_fail_each(test, tray_finish, NULL, NULL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

static int tray_compare(const void *a, const void *b)
{
	return *(u64 *)a < *(u64 *)b ? -1 : *(u64 *)a > *(u64 *)b;
}

/* A list that does not fit into one page, so that its array has several runs. */
static void luo_member_many_runs(struct kunit *test)
{
	static u64 pfns[600];
	const unsigned int nr = ARRAY_SIZE(pfns);
	unsigned int i;

	for (i = 0; i < nr; i++) {
		pfns[i] = PHYS_PFN(luo_loopback_page_alloc(1));
		KUNIT_ASSERT_NE(test, pfns[i], 0ULL);
	}
	/* From the last to the first page, so that no two of them are merged. */
	sort(pfns, nr, sizeof(*pfns), tray_compare, NULL);
	while (i--)
		KUNIT_ASSERT_EQ(test, luo_pages_add_pfn(&tray_saved.sheets, pfns[i],
							1, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, tray_saved.sheets.nr_runs, (u64)nr);

	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	luo_object_convert_abort(&luo_loopback_out, &tray_kind, 3);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_ASSERT_EQ(test, tray_save(), 0);
	luo_loopback_set_max_order(MAX_PAGE_ORDER);
	tray_kexec();
	KUNIT_ASSERT_EQ(test, tray_load(), 0);
	KUNIT_EXPECT_EQ(test, tray_loaded.sheets.nr_pages, 2ULL * nr);
	KUNIT_EXPECT_EQ(test, tray_finish(), 0);
}

/* Fields that cannot hold a member are refused when the kind is registered. */
static void luo_member_invalid(struct kunit *test)
{
	static struct luo_member members[4];
	static struct luo_field fields[27];
	struct luo_object_kind kind = tray_kind;

	memcpy(members, tray_kind.members, sizeof(members));
	memcpy(fields, tray_kind.fields, sizeof(fields));
	kind.members = members;
	kind.fields = fields;
	KUNIT_EXPECT_TRUE(test, luo_object_members_valid(&kind));
	fields[1].droppable = true;
	KUNIT_EXPECT_FALSE(test, luo_object_members_valid(&kind));
	fields[1].droppable = false;
	members[1].kind = &tray_kind;
	KUNIT_EXPECT_FALSE(test, luo_object_members_valid(&kind));
	members[1].kind = &tray_cup_kind;
	members[0].field = members[1].field;
	KUNIT_EXPECT_FALSE(test, luo_object_members_valid(&kind));
	members[0].field = tray_kind.members[0].field;
	kind.nr_members = LUO_OBJECT_MEMBERS_MAX + 1;
	KUNIT_EXPECT_FALSE(test, luo_object_members_valid(&kind));
}

static struct kunit_case luo_member_cases[] = {
	KUNIT_CASE(luo_member_table),
	KUNIT_CASE(luo_member_golden),
	KUNIT_CASE(luo_member_golden_containers),
	KUNIT_CASE(luo_member_round_trip),
	KUNIT_CASE(luo_member_versions),
	KUNIT_CASE(luo_member_update),
	KUNIT_CASE(luo_member_poisoned),
	KUNIT_CASE(luo_member_dropped),
	KUNIT_CASE(luo_member_bad_runs),
	KUNIT_CASE(luo_member_page_twice),
	KUNIT_CASE(luo_member_overlap),
	KUNIT_CASE(luo_member_lying_counts),
	KUNIT_CASE(luo_member_bad_elements),
	KUNIT_CASE(luo_member_no_memory),
	KUNIT_CASE(luo_member_no_memory_finish),
	KUNIT_CASE(luo_member_many_runs),
	KUNIT_CASE(luo_member_invalid),
	{}
};

static struct kunit_suite luo_member_suite = {
	.name = "luo_object_member",
	.init = luo_member_init,
	.exit = luo_member_exit,
	.test_cases = luo_member_cases,
};

kunit_test_suite(luo_member_suite);
