// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the extents of a memfd
 *
 * How folios become extents, which extents are refused, and how they are cut
 * into KHO keys. Page frames are numbers here; none is touched.
 */

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mm.h>

#include "../luo_memfd.h"

/* Page frames of one node, which the first pages of memory are. */
#define PFN	0x200

#define EXTENT(...)	((struct luo_memfd_extent_ser){ __VA_ARGS__ })

static void add(struct kunit *test, struct luo_memfd_extents *list, u64 first,
		u64 index, u64 pfn, unsigned int order)
{
	KUNIT_ASSERT_EQ(test, luo_memfd_extents_reserve(list, 1), 0);
	luo_memfd_extents_add(list, first, &EXTENT(index, pfn, 1U << order,
						   order, 0));
}

static void luo_memfd_extents_merge(struct kunit *test)
{
	struct luo_memfd_extents list = {};
	u64 i;

	for (i = 0; i < 100; i++)
		add(test, &list, 0, 7 + i, PFN + i, 0);
	KUNIT_EXPECT_EQ(test, list.nr, 1);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 100);
	KUNIT_EXPECT_EQ(test, list.extents[0].index, 7);
	KUNIT_EXPECT_EQ(test, list.extents[0].pfn, PFN);
	KUNIT_EXPECT_EQ(test, list.extents[0].nr_pages, 100);

	luo_memfd_extents_free(&list);
	KUNIT_EXPECT_EQ(test, list.nr, 0);
}

/* Downwards in memory, and where it turns round. */
static void luo_memfd_extents_merge_down(struct kunit *test)
{
	struct luo_memfd_extents list = {};
	u64 i;

	for (i = 0; i < 10; i++)
		add(test, &list, 0, 8 * i, PFN + 8 * (9 - i), 3);
	KUNIT_EXPECT_EQ(test, list.nr, 1);
	KUNIT_EXPECT_EQ(test, list.extents[0].index, 0);
	KUNIT_EXPECT_EQ(test, list.extents[0].pfn, PFN);
	KUNIT_EXPECT_EQ(test, list.extents[0].nr_pages, 80);
	KUNIT_EXPECT_EQ(test, list.extents[0].flags, LUO_MEMFD_DESCENDING);

	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, 8 * i,
				luo_memfd_extent_mirror(&list.extents[0],
							8 * (9 - i), 8));

	add(test, &list, 0, 80, PFN + 80, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 2);
	add(test, &list, 0, 88, PFN + 88, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 2);
	KUNIT_EXPECT_EQ(test, list.extents[1].flags, 0);
	KUNIT_EXPECT_EQ(test, 8, luo_memfd_extent_mirror(&list.extents[1], 8, 8));
	add(test, &list, 0, 96, PFN + 72, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 3);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 104);

	/* Runs join runs of the same direction. */
	KUNIT_ASSERT_EQ(test, luo_memfd_extents_reserve(&list, 3), 0);
	luo_memfd_extents_add(&list, 0, &EXTENT(200, PFN + 200, 16, 3, 0));
	luo_memfd_extents_add(&list, 0, &EXTENT(216, PFN + 216, 16, 3, 0));
	KUNIT_EXPECT_EQ(test, list.nr, 4);
	KUNIT_EXPECT_EQ(test, list.extents[3].nr_pages, 32);
	luo_memfd_extents_add(&list, 0, &EXTENT(232, PFN + 232, 16, 3,
						LUO_MEMFD_DESCENDING));
	KUNIT_EXPECT_EQ(test, list.nr, 5);
	luo_memfd_extents_add(&list, 0, &EXTENT(248, PFN + 216, 16, 3,
						LUO_MEMFD_DESCENDING));
	KUNIT_EXPECT_EQ(test, list.nr, 5);
	KUNIT_EXPECT_EQ(test, list.extents[4].pfn, PFN + 216);

	luo_memfd_extents_free(&list);
}

/* What would continue the extent { index 8, pfn PFN + 8, 8 pages, order 3 }. */
static const struct luo_memfd_extents_apart {
	const char *why;
	u64 first;
	u64 index;
	u64 pfn;
	unsigned int order;
} luo_memfd_extents_apart_cases[] = {
	{ "a hole in the file",		0, 24, PFN + 16, 3 },
	{ "a hole in memory",		0, 16, PFN + 24, 3 },
	{ "memory far below",		0, 16, PFN - 8,	 3 },
	{ "the file the other way",	0, 0,  PFN + 16, 3 },
	{ "another order",		0, 16, PFN + 16, 2 },
	{ "preserved before",		1, 16, PFN + 16, 3 },
};

KUNIT_ARRAY_PARAM_DESC(luo_memfd_extents_apart, luo_memfd_extents_apart_cases,
		       why);

static void luo_memfd_extents_stay_apart(struct kunit *test)
{
	const struct luo_memfd_extents_apart *apart = test->param_value;
	struct luo_memfd_extents list = {};

	add(test, &list, 0, 8, PFN + 8, 3);
	add(test, &list, apart->first, apart->index, apart->pfn, apart->order);
	KUNIT_EXPECT_EQ(test, list.nr, 2);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 8 + (1 << apart->order));

	luo_memfd_extents_free(&list);
}

/* The length of an extent has 32 bits. */
static void luo_memfd_extents_length(struct kunit *test)
{
	struct luo_memfd_extents list = {};

	add(test, &list, 0, 0, PFN, 0);
	list.extents[0].nr_pages = U32_MAX;
	add(test, &list, 0, U32_MAX, PFN + U32_MAX, 0);
	KUNIT_EXPECT_EQ(test, list.nr, 2);

	luo_memfd_extents_free(&list);
}

static void luo_memfd_extents_sort_truncate(struct kunit *test)
{
	static const u64 index[] = { 5, 1, 1ULL << 40, 3 };
	struct luo_memfd_extents list = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(index); i++)
		add(test, &list, 0, index[i], PFN + 2 * i, 0);
	luo_memfd_extents_truncate(&list, 4);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 4);
	luo_memfd_extents_sort(&list);
	for (i = 1; i < list.nr; i++)
		KUNIT_EXPECT_LT(test, list.extents[i - 1].index,
				list.extents[i].index);
	luo_memfd_extents_truncate(&list, 1);
	KUNIT_EXPECT_EQ(test, list.nr, 1);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 1);
	KUNIT_EXPECT_EQ(test, list.extents[0].index, 1);

	luo_memfd_extents_free(&list);
}

static const struct luo_memfd_validity {
	const char *what;
	struct luo_memfd_extent_ser extent;
	u64 size;
	bool valid;
} luo_memfd_validity_cases[] = {
	{ "one page", EXTENT(0, PFN, 1, 0, 0), 1, true },
	{ "no page", EXTENT(0, PFN, 0, 0, 0), 1, false },
	{ "a page past the end", EXTENT(1, PFN, 1, 0, 0), PAGE_SIZE, false },
	{ "the last page", EXTENT(1, PFN, 1, 0, 0), PAGE_SIZE + 1, true },
	{ "one page too many", EXTENT(0, PFN, 2, 0, 0), PAGE_SIZE, false },
	{ "a large folio over the end", EXTENT(0, PFN, 8, 3, 0), 1, true },
	{ "two large folios over it", EXTENT(0, PFN, 16, 3, 0), 1, false },
	{ "index out of line", EXTENT(4, PFN, 8, 3, 0), SZ_1M, false },
	{ "page frame out of line", EXTENT(0, PFN + 4, 8, 3, 0), SZ_1M, false },
	{ "half a folio", EXTENT(0, PFN, 12, 3, 0), SZ_1M, false },
	{ "an order that cannot be", EXTENT(0, 0, 1U << 31, 31, 0), SZ_1M, false },
	{ "an order of 64", EXTENT(0, 0, 1, 64, 0), SZ_1M, false },
	{ "downwards", EXTENT(0, PFN, 2, 0, LUO_MEMFD_DESCENDING), SZ_1M, true },
	{ "an unknown flag", EXTENT(0, PFN, 1, 0, 2), 1, false },
	{ "a page frame past all", EXTENT(0, U64_MAX, 1, 0, 0), 1, false },
	{ "page frames past all",
	  EXTENT(0, PHYS_PFN(PHYS_ADDR_MAX) - 1, 3, 0, 0), SZ_1M, false },
	{ "an index past all", EXTENT(U64_MAX, PFN, 2, 0, 0), MAX_LFS_FILESIZE,
	  false },
	{ "the end of the largest file",
	  EXTENT(MAX_LFS_FILESIZE >> PAGE_SHIFT, PFN, 1, 0, 0),
	  MAX_LFS_FILESIZE, true },
};

KUNIT_ARRAY_PARAM_DESC(luo_memfd_validity, luo_memfd_validity_cases, what);

static void luo_memfd_extents_validity(struct kunit *test)
{
	const struct luo_memfd_validity *v = test->param_value;

	KUNIT_EXPECT_EQ(test, v->valid,
			luo_memfd_extents_valid(&v->extent, 1,
						v->extent.nr_pages, v->size));
	/* The sum has to be right also where each extent is. */
	KUNIT_EXPECT_FALSE(test, luo_memfd_extents_valid(&v->extent, 1,
							 v->extent.nr_pages + 1,
							 v->size));
}

static const struct luo_memfd_keys {
	const char *what;
	struct luo_memfd_extent_ser extent;
	u32 flags;
	unsigned int nr_keys;
	u8 orders[8];
} luo_memfd_keys_cases[] = {
	{ "folios", EXTENT(0, 0x200, 3, 0, 0), 0, 3, { 0, 0, 0 } },
	{ "large folios", EXTENT(0, 0x200, 16, 3, 0), LUO_MEMFD_RANGE_KEYS,
	  2, { 3, 3 } },
	{ "a range in line", EXTENT(0, 0x200, 512, 0, 0), LUO_MEMFD_RANGE_KEYS,
	  1, { 9 } },
	{ "a range out of line", EXTENT(0, 0x1ff, 514, 0, 0),
	  LUO_MEMFD_RANGE_KEYS, 3, { 0, 9, 0 } },
	{ "a range of 11", EXTENT(0, 0x201, 11, 0, 0), LUO_MEMFD_RANGE_KEYS,
	  4, { 0, 1, 2, 2 } },
};

KUNIT_ARRAY_PARAM_DESC(luo_memfd_keys, luo_memfd_keys_cases, what);

static void luo_memfd_extent_keys(struct kunit *test)
{
	const struct luo_memfd_keys *k = test->param_value;
	unsigned int order, nr = 0;
	u32 done;

	for (done = 0; done < k->extent.nr_pages; done += 1U << order) {
		order = luo_memfd_extent_key(&k->extent, done, k->flags);
		KUNIT_ASSERT_LT(test, nr, k->nr_keys);
		KUNIT_EXPECT_EQ(test, order, k->orders[nr]);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, k->nr_keys);
	KUNIT_EXPECT_EQ(test, done, k->extent.nr_pages);
}

static struct kunit_case luo_memfd_extent_cases[] = {
	KUNIT_CASE(luo_memfd_extents_merge),
	KUNIT_CASE(luo_memfd_extents_merge_down),
	KUNIT_CASE_PARAM(luo_memfd_extents_stay_apart,
			 luo_memfd_extents_apart_gen_params),
	KUNIT_CASE(luo_memfd_extents_length),
	KUNIT_CASE(luo_memfd_extents_sort_truncate),
	KUNIT_CASE_PARAM(luo_memfd_extents_validity,
			 luo_memfd_validity_gen_params),
	KUNIT_CASE_PARAM(luo_memfd_extent_keys, luo_memfd_keys_gen_params),
	{}
};

static struct kunit_suite luo_memfd_extent_suite = {
	.name = "luo_memfd_extent",
	.test_cases = luo_memfd_extent_cases,
};

kunit_test_suite(luo_memfd_extent_suite);

MODULE_DESCRIPTION("KUnit tests of the extents of a memfd");
MODULE_LICENSE("GPL");
