// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the pages of a memfd that have not come yet
 *
 * Extents made by chance, whose pages are claimed in any order and in blocks of any
 * size, against a model that has an entry for each page.
 */

#include <kunit/test.h>
#include <linux/kexec_handover.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../../../mm/luo_memfd_absent.h"
#include "memfd_file.h"

#define BASE		0x100000ULL
#define MAX_PAGES	512
#define NR_EXTENTS	3000

/* The order of the preservation that begins at a page frame, or -1. */
static signed char marks[2 * MAX_PAGES];

/* For each page of the file, where it is in memory; and whether it has not come. */
static u32 offsets[MAX_PAGES];
static bool absent[MAX_PAGES];

static u64 chance_state = 88172645463325252ULL;

static u32 chance(u32 below)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;

	return (u32)(chance_state >> 20) % below;
}

static int memfd_absent_order_at(u64 pfn)
{
	if (pfn < BASE || pfn >= BASE + ARRAY_SIZE(marks) || marks[pfn - BASE] < 0)
		return -ENOENT;

	return marks[pfn - BASE];
}

bool kho_split_preserved(phys_addr_t phys, unsigned int order)
{
	u64 pfn = PHYS_PFN(phys);

	if (!order || memfd_absent_order_at(pfn) != (int)order)
		return false;

	marks[pfn - BASE] = order - 1;
	marks[pfn - BASE + (1U << (order - 1))] = order - 1;

	return true;
}

static struct luo_memfd_extent_ser memfd_absent_make(void)
{
	struct luo_memfd_extent_ser extent = {
		.order = chance(3) ? 0 : 1 + chance(4),
		.flags = chance(2) ? LUO_MEMFD_DESCENDING : 0,
		.index = 1024 * chance(5),
	};
	u32 step = 1U << extent.order, i, folio, nr_folios;
	u32 flags = chance(2) ? LUO_MEMFD_RANGE_KEYS : 0;
	struct luo_run run;

	nr_folios = 1 + chance(MAX_PAGES / step);
	extent.nr_pages = nr_folios * step;
	extent.pfn = BASE + step * chance(MAX_PAGES / step);
	memset(marks, -1, sizeof(marks));
	run = luo_memfd_extent_run(&extent, flags);
	for (i = 0; i < run.nr_pages; i += 1U << luo_run_key_order(&run, i))
		marks[run.pfn + i - BASE] = luo_run_key_order(&run, i);

	for (i = 0; i < extent.nr_pages; i++) {
		folio = i / step;
		if (extent.flags & LUO_MEMFD_DESCENDING)
			folio = nr_folios - 1 - folio;
		offsets[i] = folio * step + i % step;
		absent[i] = true;
	}

	return extent;
}

/*
 * Claim a block, after checking that it has the pages that the model has there. The
 * next user of the page frames stores anything there, also what looks like a mark.
 */
static u32 memfd_absent_claim(struct kunit *test, struct luo_memfd_absent *pages,
			      const struct luo_memfd_block *block)
{
	const struct luo_memfd_extent_ser *extent = block->extent;
	u64 first = luo_memfd_absent_index(block) - extent->index;
	signed char *mark = &marks[extent->pfn + block->offset - BASE];
	u32 nr = 1U << block->order, i;

	KUNIT_ASSERT_TRUE(test, first + nr <= extent->nr_pages);
	KUNIT_ASSERT_EQ(test, *mark, (int)block->order);
	for (i = 0; i < nr; i++) {
		u32 page = luo_memfd_absent_is_down(extent) ? nr - 1 - i : i;

		KUNIT_ASSERT_TRUE(test, absent[first + i]);
		KUNIT_ASSERT_EQ(test, offsets[first + i], block->offset + page);
		absent[first + i] = false;
		mark[i] = chance(12) - 1;
	}
	KUNIT_ASSERT_EQ(test, luo_memfd_absent_reserve(pages, extent->index + first,
						       nr, GFP_KERNEL), 0);
	luo_memfd_absent_remove(pages, extent->index + first, nr);

	return nr;
}

/* The next page that is absent, or is not, agrees with the model, from any page. */
static void memfd_absent_check_next(struct kunit *test,
				    const struct luo_memfd_absent *pages,
				    const struct luo_memfd_extent_ser *extent)
{
	u32 start = chance(extent->nr_pages + 10), end = start + chance(MAX_PAGES), i;
	bool is_absent = chance(2);

	for (i = start; i < end; i++) {
		if ((i < extent->nr_pages && absent[i]) == is_absent)
			break;
	}
	KUNIT_ASSERT_EQ(test, luo_memfd_absent_next(pages, extent->index + start,
						    extent->index + end, is_absent),
			extent->index + i);
}

static void memfd_absent_any_order(struct kunit *test)
{
	struct luo_memfd_extent_ser extent;
	struct luo_memfd_absent pages;
	struct luo_memfd_block block;
	unsigned int n;
	u32 left, i;
	u64 index;

	memfd_order_at = memfd_absent_order_at;
	for (n = 0; n < NR_EXTENTS; n++) {
		extent = memfd_absent_make();
		KUNIT_ASSERT_EQ(test, luo_memfd_absent_init(&pages, &extent, 1,
							    extent.nr_pages), 0);
		for (left = extent.nr_pages; left;) {
			memfd_absent_check_next(test, &pages, &extent);
			i = chance(extent.nr_pages);
			KUNIT_ASSERT_EQ(test, luo_memfd_absent_offset(&extent, i),
					offsets[i]);
			KUNIT_ASSERT_EQ(test, luo_memfd_absent_offset(&extent,
								      offsets[i]), i);
			if (!absent[i])
				continue;
			index = extent.index + i;
			KUNIT_ASSERT_TRUE(test, luo_memfd_absent_find(&pages, index,
								      &block));
			KUNIT_ASSERT_TRUE(test, luo_memfd_absent_shrink(&block, index,
									chance(8)));
			left -= memfd_absent_claim(test, &pages, &block);
			KUNIT_ASSERT_FALSE(test, absent[i]);
		}
		luo_memfd_absent_free(&pages);
	}
}

/* Claim all pages but those of a block. */
static void memfd_absent_claim_others(struct kunit *test,
				      struct luo_memfd_absent *pages,
				      const struct luo_memfd_block *block)
{
	const struct luo_memfd_extent_ser *extent = block->extent;
	u64 first = luo_memfd_absent_index(block) - extent->index, i;
	struct luo_memfd_block other;

	for (i = 0; i < extent->nr_pages; i++) {
		if (!absent[i] || (i >= first && i < first + (1U << block->order)))
			continue;
		KUNIT_ASSERT_TRUE(test, luo_memfd_absent_find(pages, extent->index + i,
							      &other));
		memfd_absent_claim(test, pages, &other);
	}
}

/* A page whose mark is missing is not found, whatever is in the frames beside it. */
static void memfd_absent_lost(struct kunit *test)
{
	struct luo_memfd_extent_ser extent;
	struct luo_memfd_absent pages;
	struct luo_memfd_block block;
	unsigned int n;
	u64 index;

	memfd_order_at = memfd_absent_order_at;
	for (n = 0; n < NR_EXTENTS; n++) {
		extent = memfd_absent_make();
		KUNIT_ASSERT_EQ(test, luo_memfd_absent_init(&pages, &extent, 1,
							    extent.nr_pages), 0);
		index = extent.index + chance(extent.nr_pages);
		KUNIT_ASSERT_TRUE(test, luo_memfd_absent_find(&pages, index, &block));
		KUNIT_ASSERT_TRUE(test, luo_memfd_absent_shrink(&block, index,
								chance(4)));
		memfd_absent_claim_others(test, &pages, &block);
		marks[extent.pfn + block.offset - BASE] = -1;
		KUNIT_ASSERT_FALSE(test, luo_memfd_absent_find(&pages, index, &block));
		KUNIT_ASSERT_EQ(test, luo_memfd_absent_next(&pages, index, index + 1,
							    true), index);
		luo_memfd_absent_free(&pages);
	}
}

/* Extents in no order, and with a page that is poisoned. */
static void memfd_absent_unfit(struct kunit *test)
{
	struct luo_memfd_extent_ser extents[] = {
		{ .index = 5, .pfn = BASE, .nr_pages = 3 },
		{ .index = 7, .pfn = BASE + 8, .nr_pages = 1 },
	};
	struct luo_memfd_absent pages;

	KUNIT_EXPECT_EQ(test, luo_memfd_absent_init(&pages, extents, 2, 4), -EINVAL);
	extents[1].index = 8;
	extents[1].flags = LUO_MEMFD_POISONED;
	KUNIT_EXPECT_EQ(test, luo_memfd_absent_init(&pages, extents, 2, 4), -EINVAL);
	extents[1].flags = 0;
	KUNIT_EXPECT_EQ(test, luo_memfd_absent_init(&pages, extents, 2, 4), 0);
	luo_memfd_absent_free(&pages);
}

static struct kunit_case memfd_absent_cases[] = {
	KUNIT_CASE(memfd_absent_any_order),
	KUNIT_CASE(memfd_absent_lost),
	KUNIT_CASE(memfd_absent_unfit),
	{}
};

static void memfd_absent_exit(struct kunit *test)
{
	memfd_order_at = NULL;
}

static struct kunit_suite memfd_absent_suite = {
	.name = "luo_memfd_absent",
	.exit = memfd_absent_exit,
	.test_cases = memfd_absent_cases,
};

kunit_test_suite(memfd_absent_suite);
