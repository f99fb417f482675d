// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the extents of a memfd
 *
 * Test how folios are merged into extents, which extents are refused, the run of an
 * extent, and how extents are divided into parts. The page frames do not exist.
 */

#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/luo_run.h>
#include <linux/mm.h>

#include "../luo_memfd.h"

/* Page frames that no machine has, in no section of memory. */
#define PFN	((u64)1 << (62 - PAGE_SHIFT))

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

/* Descending in memory, and a change of direction. */
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

	add(test, &list, 0, 80, PFN + 80, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 2);
	add(test, &list, 0, 88, PFN + 88, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 2);
	KUNIT_EXPECT_EQ(test, list.extents[1].flags, 0);
	add(test, &list, 0, 96, PFN + 72, 3);
	KUNIT_EXPECT_EQ(test, list.nr, 3);
	KUNIT_EXPECT_EQ(test, list.nr_pages, 104);

	/* A run extends a run of the same direction. */
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

/* Candidates to extend the extent { index 8, pfn PFN + 8, 8 pages, order 3 }. */
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
	{ "a flag of version 2", EXTENT(0, PFN, 1, 0, LUO_MEMFD_POISONED), 1,
	  false },
	{ "a flag that is for memory", EXTENT(0, PFN, 1, 0, LUO_MEMFD_UNWRITTEN),
	  1, false },
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
						v->extent.nr_pages, v->size,
						LUO_MEMFD_DESCENDING));
	/* The sum of the pages must be right, even if each extent is valid. */
	KUNIT_EXPECT_FALSE(test, luo_memfd_extents_valid(&v->extent, 1,
							 v->extent.nr_pages + 1,
							 v->size,
							 LUO_MEMFD_DESCENDING));
}

static const struct luo_memfd_decode {
	const char *what;
	struct luo_memfd_extent_ser extent;
	u32 flags;
	u16 run_flags;
} luo_memfd_decode_cases[] = {
	{ "folio keys", EXTENT(0, PFN, 3, 0, 0), LUO_MEMFD_NOEXEC, 0 },
	{ "range keys", EXTENT(0, PFN, 3, 0, 0), LUO_MEMFD_RANGE_KEYS,
	  LUO_RUN_RANGE },
	{ "range keys downwards", EXTENT(0, PFN, 3, 0, LUO_MEMFD_DESCENDING),
	  LUO_MEMFD_RANGE_KEYS, LUO_RUN_RANGE | LUO_RUN_DOWN },
	{ "large folios", EXTENT(0, PFN, 16, 3, LUO_MEMFD_DESCENDING),
	  LUO_MEMFD_RANGE_KEYS, LUO_RUN_DOWN },
	{ "poisoned pages", EXTENT(0, PFN, 2, 0, LUO_MEMFD_POISONED),
	  LUO_MEMFD_RANGE_KEYS, 0 },
};

KUNIT_ARRAY_PARAM_DESC(luo_memfd_decode, luo_memfd_decode_cases, what);

static void luo_memfd_extents_decode(struct kunit *test)
{
	const struct luo_memfd_decode *d = test->param_value;
	struct luo_run run = luo_memfd_extent_run(&d->extent, d->flags);

	KUNIT_EXPECT_EQ(test, run.pfn, d->extent.pfn);
	KUNIT_EXPECT_EQ(test, run.nr_pages, d->extent.nr_pages);
	KUNIT_EXPECT_EQ(test, run.order, d->extent.order);
	KUNIT_EXPECT_EQ(test, run.flags, d->run_flags);
	KUNIT_EXPECT_TRUE(test, luo_run_valid(&run));
}

/* A poisoned page has its own key, even next to other pages. */
static void luo_memfd_extents_poisoned(struct kunit *test)
{
	const u16 v2_flags = LUO_MEMFD_DESCENDING | LUO_MEMFD_POISONED;
	struct luo_memfd_extent_ser large =
		EXTENT(0, PFN, 8, 3, LUO_MEMFD_POISONED);
	struct luo_memfd_extents list = {};

	add(test, &list, 0, 0, PFN, 0);
	KUNIT_ASSERT_EQ(test, luo_memfd_extents_reserve(&list, 2), 0);
	luo_memfd_extents_add(&list, 0,
			      &EXTENT(1, PFN + 1, 1, 0, LUO_MEMFD_POISONED));
	luo_memfd_extents_add(&list, 0,
			      &EXTENT(2, PFN + 2, 1, 0, LUO_MEMFD_POISONED));
	add(test, &list, 0, 3, PFN + 3, 0);
	KUNIT_ASSERT_EQ(test, list.nr, 3);
	KUNIT_EXPECT_EQ(test, list.extents[1].nr_pages, 2);
	KUNIT_EXPECT_EQ(test, list.extents[1].flags, LUO_MEMFD_POISONED);

	KUNIT_EXPECT_TRUE(test, luo_memfd_extents_valid(list.extents, 3, 4,
							4 * PAGE_SIZE, v2_flags));
	KUNIT_EXPECT_FALSE(test, luo_memfd_extents_valid(list.extents, 3, 4,
							 4 * PAGE_SIZE,
							 LUO_MEMFD_DESCENDING));
	KUNIT_EXPECT_FALSE(test, luo_memfd_extents_valid(&large, 1, 8,
							 8 * PAGE_SIZE, v2_flags));
	luo_memfd_extents_free(&list);
}

/* Each part must begin where the one before it ends. */
static void luo_memfd_parts_split(struct kunit *test)
{
	const struct luo_memfd_extent_ser extents[] = {
		EXTENT(0, 0x201, 11, 0, 0), EXTENT(16, 0x400, 16, 3, 0),
		EXTENT(40, 0x1000, 64, 0, LUO_MEMFD_DESCENDING),
	};
	struct luo_memfd_ser_v1 memfd = { .nr_pages = 91, .nr_extents = 3 };
	unsigned int flags, nr, nr_parts, i;
	u64 at, j, pages, nr_pages;

	for (nr = 1; nr <= 16; nr++) {
		for (flags = 0; flags <= LUO_MEMFD_RANGE_KEYS; flags++) {
			struct luo_memfd_part parts[16] = {};

			memfd.flags = flags;
			nr_parts = luo_memfd_part_split(&memfd, extents, parts, nr);
			KUNIT_ASSERT_GE(test, nr_parts, 1);
			KUNIT_ASSERT_LE(test, nr_parts, nr);
			for (i = 0, nr_pages = 0; i < nr_parts; i++) {
				for (j = 0, at = parts[i].offset, pages = 0;
				     j < parts[i].first; j++)
					pages += extents[j].nr_pages;
				KUNIT_EXPECT_EQ(test, pages + at, nr_pages);
				nr_pages += parts[i].nr_pages;
			}
			KUNIT_EXPECT_EQ(test, nr_pages, memfd.nr_pages);
		}
	}
}

static struct kunit_case luo_memfd_extent_cases[] = {
	KUNIT_CASE(luo_memfd_extents_merge),
	KUNIT_CASE(luo_memfd_extents_merge_down),
	KUNIT_CASE_PARAM(luo_memfd_extents_stay_apart,
			 luo_memfd_extents_apart_gen_params),
	KUNIT_CASE(luo_memfd_extents_length),
	KUNIT_CASE_PARAM(luo_memfd_extents_validity,
			 luo_memfd_validity_gen_params),
	KUNIT_CASE_PARAM(luo_memfd_extents_decode, luo_memfd_decode_gen_params),
	KUNIT_CASE(luo_memfd_extents_poisoned),
	KUNIT_CASE(luo_memfd_parts_split),
	{}
};

static struct kunit_suite luo_memfd_extent_suite = {
	.name = "luo_memfd_extent",
	.test_cases = luo_memfd_extent_cases,
};

kunit_test_suite(luo_memfd_extent_suite);

MODULE_DESCRIPTION("KUnit tests of the extents of a memfd");
MODULE_LICENSE("GPL");
