// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of runs of pages
 *
 * The arithmetic of keys, runs in both directions and under both kinds of keys, claims of
 * a part, and runs with missing keys, over a simulated handover that counts keys,
 * references and the pages of two zones.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/luo_run.h>
#include <linux/mm.h>

#include "luo_loopback.h"

/* Pages of the blocks in which runs are allocated. */
#define BLOCK_PAGES	32U

static void luo_run_checks(struct kunit *test)
{
	const u64 max = PHYS_PFN(PHYS_ADDR_MAX);
	static const struct luo_run good[] = {
		{ .pfn = 0, .nr_pages = 1 },
		{ .pfn = 5, .nr_pages = 7, .flags = LUO_RUN_RANGE },
		{ .pfn = 5, .nr_pages = 7, .flags = LUO_RUN_RANGE | LUO_RUN_DOWN },
		{ .pfn = 8, .nr_pages = 24, .order = 3, .flags = LUO_RUN_DOWN },
		{ .pfn = 0, .nr_pages = U32_MAX, .flags = LUO_RUN_RANGE },
	};
	const struct luo_run bad[] = {
		{ .pfn = 5 },
		{ .pfn = 5, .nr_pages = 1, .flags = 4 },
		{ .pfn = 5, .nr_pages = 1, .flags = 0x8000 },
		{ .pfn = 8, .nr_pages = 8, .order = 3, .flags = LUO_RUN_RANGE },
		{ .pfn = 9, .nr_pages = 8, .order = 3 },
		{ .pfn = 8, .nr_pages = 12, .order = 3 },
		{ .pfn = 0, .nr_pages = 1U << (MAX_PAGE_ORDER + 1),
		  .order = MAX_PAGE_ORDER + 1 },
		{ .pfn = 0, .nr_pages = 1, .order = U16_MAX },
		{ .pfn = max, .nr_pages = 1 },
		{ .pfn = max - 6, .nr_pages = 7 },
		{ .pfn = U64_MAX, .nr_pages = 1 },
		{ .pfn = U64_MAX, .nr_pages = U32_MAX },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		KUNIT_EXPECT_TRUE(test, luo_run_valid(&good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_FALSE(test, luo_run_valid(&bad[i]));
}

struct luo_run_keys {
	struct luo_run run;
	unsigned int nr;
	u8 orders[8];
};

/* Computed by hand from the rules of kho_preserve_pages(). */
static const struct luo_run_keys luo_run_keys[] = {
	{ { .pfn = 16, .nr_pages = 16, .flags = LUO_RUN_RANGE }, 1, { 4 } },
	{ { .pfn = 16, .nr_pages = 15, .flags = LUO_RUN_RANGE },
	  4, { 3, 2, 1, 0 } },
	{ { .pfn = 1, .nr_pages = 15, .flags = LUO_RUN_RANGE },
	  4, { 0, 1, 2, 3 } },
	{ { .pfn = 3, .nr_pages = 10, .flags = LUO_RUN_RANGE },
	  4, { 0, 2, 2, 0 } },
	{ { .pfn = 7, .nr_pages = 1, .flags = LUO_RUN_RANGE }, 1, { 0 } },
	{ { .pfn = 0, .nr_pages = 6, .flags = LUO_RUN_RANGE }, 2, { 2, 1 } },
	{ { .pfn = 0, .nr_pages = 1U << 31, .flags = LUO_RUN_RANGE },
	  1, { 31 } },
	{ { .pfn = 6, .nr_pages = 4, .flags = LUO_RUN_RANGE | LUO_RUN_DOWN },
	  2, { 1, 1 } },
	{ { .pfn = 16, .nr_pages = 3 }, 3, { 0, 0, 0 } },
	{ { .pfn = 16, .nr_pages = 12, .order = 2 }, 3, { 2, 2, 2 } },
};

static void luo_run_is_cut_as_kho_does(struct kunit *test)
{
	const struct luo_run_keys *keys;
	unsigned int i, j;
	u32 offset;

	for (i = 0; i < ARRAY_SIZE(luo_run_keys); i++) {
		keys = &luo_run_keys[i];
		KUNIT_EXPECT_TRUE(test, luo_run_valid(&keys->run));
		for (j = 0, offset = 0; j < keys->nr; j++) {
			KUNIT_EXPECT_EQ(test,
					luo_run_key_order(&keys->run, offset),
					(unsigned int)keys->orders[j]);
			offset += 1U << keys->orders[j];
		}
		KUNIT_EXPECT_EQ(test, offset, keys->run.nr_pages);
	}
}

/* Compare every position of every run with a walk from key to key. */
static void luo_run_ends_of_keys(struct kunit *test)
{
	const struct luo_run *run;
	u32 nr_pages, end;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(luo_run_keys); i++) {
		run = &luo_run_keys[i].run;
		end = 0;
		for (nr_pages = 1; nr_pages <= min(run->nr_pages, 64U);
		     nr_pages++) {
			if (end < nr_pages)
				end += 1U << luo_run_key_order(run, end);
			KUNIT_EXPECT_EQ(test, luo_run_key_after(run, 0, nr_pages),
					end);
		}
		KUNIT_EXPECT_EQ(test, luo_run_key_after(run, 0, U64_MAX),
				run->nr_pages);
	}
}

static void luo_run_order_at_any(struct kunit *test)
{
	const struct luo_run run = {
		.pfn = PHYS_PFN(luo_loopback_page_alloc(2)),
		.nr_pages = 4, .order = 2,
	};
	struct luo_run_claim claim = {};

	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_run_order_at(run.pfn), 2);
	KUNIT_EXPECT_EQ(test, luo_run_order_at(run.pfn + 1), -ENOENT);
	/* An address that would be valid if its highest bits were ignored. */
	KUNIT_EXPECT_EQ(test, luo_run_order_at(run.pfn | 1ULL << (64 - PAGE_SHIFT)),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 0, 4), 4U);
	luo_run_claim_end(&claim);
	KUNIT_EXPECT_EQ(test, luo_run_order_at(run.pfn), -ENOENT);
	luo_run_put(&run, 0, 4);
}

static void luo_run_is_mirrored(struct kunit *test)
{
	const struct luo_run up = { .pfn = 8, .nr_pages = 10 };
	const struct luo_run down = {
		.pfn = 8, .nr_pages = 10, .flags = LUO_RUN_DOWN,
	};
	const struct luo_run folios = {
		.pfn = 8, .nr_pages = 16, .order = 2, .flags = LUO_RUN_DOWN,
	};

	KUNIT_EXPECT_EQ(test, luo_run_mirror(&up, 3, 2), 3U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&down, 0, 1), 9U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&down, 3, 2), 5U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&down, 5, 2), 3U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&down, 0, 10), 0U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&folios, 0, 4), 12U);
	KUNIT_EXPECT_EQ(test, luo_run_mirror(&folios, 8, 4), 4U);
}

static struct luo_run luo_run_of(u64 address, u32 offset, u32 nr_pages,
				 u16 flags)
{
	return (struct luo_run){
		.pfn = (address >> PAGE_SHIFT) + offset,
		.nr_pages = nr_pages,
		.flags = flags,
	};
}

static u64 luo_run_block(struct kunit *test)
{
	u64 address = luo_loopback_run_alloc(ilog2(BLOCK_PAGES));

	KUNIT_ASSERT_NE(test, address, 0ULL);

	return address;
}

static void luo_run_put_block(u64 address)
{
	unsigned int i;

	for (i = 0; i < BLOCK_PAGES; i++)
		luo_handover_put(address + i * PAGE_SIZE);
}

static bool luo_run_claim_all(const struct luo_run *run)
{
	struct luo_run_claim claim = {};
	bool whole = luo_run_claim_whole(&claim, run);

	luo_run_claim_end(&claim);

	return whole;
}

/* The run has all its keys, and none after it was unpreserved. */
static void luo_run_is_unpreserved(struct kunit *test)
{
	u64 address = luo_run_block(test);
	struct luo_run run;
	u16 flags;

	for (flags = 0; flags <= (LUO_RUN_RANGE | LUO_RUN_DOWN); flags++) {
		run = luo_run_of(address, 1, BLOCK_PAGES - 1, flags);
		KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				flags & LUO_RUN_RANGE ? 5UL : 31UL);
		KUNIT_EXPECT_EQ(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
				31UL);
		luo_run_unpreserve(&run);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				0UL);
	}
	luo_run_put_block(address);
}

/* If there is no memory for one key, no key stays. */
static void luo_run_is_rolled_back(struct kunit *test)
{
	u64 address = luo_run_block(test);
	const struct luo_run run = luo_run_of(address, 0, BLOCK_PAGES, 0);
	unsigned int nth;

	for (nth = 1; nth <= BLOCK_PAGES; nth++) {
		luo_loopback_fail_nth(nth);
		KUNIT_EXPECT_EQ(test, luo_run_preserve(&run), -ENOMEM);
		KUNIT_EXPECT_TRUE(test, luo_loopback_failed());
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				0UL);
	}
	luo_loopback_fail_nth(0);
	luo_run_put_block(address);
}

static void luo_run_is_claimed(struct kunit *test)
{
	struct luo_run run;
	u64 address;
	u16 flags;

	for (flags = 0; flags <= (LUO_RUN_RANGE | LUO_RUN_DOWN); flags++) {
		address = luo_run_block(test);
		run = luo_run_of(address, 3, 20, flags);
		KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
		luo_loopback_kexec();

		KUNIT_EXPECT_TRUE(test, luo_run_present(&run));
		KUNIT_EXPECT_TRUE(test, luo_run_claim_all(&run));
		KUNIT_EXPECT_FALSE(test, luo_run_present(&run));
		KUNIT_EXPECT_FALSE(test, luo_run_claim_all(&run));
		KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 20UL);
		luo_run_put(&run, 5, 15);
		KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 5UL);
		luo_run_put(&run, 0, 5);
		KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
	}
}

/* Two parts, the second one first, each up to the border of a key. */
static void luo_run_is_claimed_in_parts(struct kunit *test)
{
	struct luo_run_claim claim = {};
	u64 address = luo_run_block(test);
	const struct luo_run run = luo_run_of(address, 3, 20, LUO_RUN_RANGE);

	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	luo_loopback_kexec();

	/* Keys of 1, 4, 8, 4, 2 and 1 pages. */
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 13, 7), 7U);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 7UL);
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 0, 20), 13U);
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 0, 20), 0U);
	luo_run_claim_end(&claim);
	luo_run_put(&run, 0, 20);
}

#define FOLIO_PAGES	4U
#define FOLIO_ORDER	ilog2(FOLIO_PAGES)
#define NR_FOLIOS	64

/* The first of three contiguous blocks, which the kernel allocates in any order. */
static u64 luo_run_find_three(const u64 *address)
{
	const u64 step = PAGE_SIZE << FOLIO_ORDER;
	unsigned int i, j, next;

	for (i = 0; i < NR_FOLIOS; i++) {
		for (j = 0, next = 0; j < NR_FOLIOS; j++)
			next += address[j] == address[i] + step ||
				address[j] == address[i] + 2 * step;
		if (next == 2)
			return address[i];
	}

	return 0;
}

static void luo_run_of_folios(struct kunit *test)
{
	struct luo_run_claim claim = {};
	u64 address[NR_FOLIOS];
	struct luo_run run;
	unsigned int i;

	for (i = 0; i < NR_FOLIOS; i++) {
		address[i] = luo_loopback_page_alloc(FOLIO_ORDER);
		KUNIT_ASSERT_NE(test, address[i], 0ULL);
	}
	run = luo_run_of(luo_run_find_three(address), 0, 3 * FOLIO_PAGES, 0);
	run.order = FOLIO_ORDER;
	KUNIT_ASSERT_NE(test, run.pfn, 0ULL);
	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	luo_run_unpreserve(&run);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 3UL);
	luo_loopback_kexec();

	KUNIT_EXPECT_TRUE(test, luo_run_valid(&run));
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, FOLIO_PAGES,
					    2 * FOLIO_PAGES), 2 * FOLIO_PAGES);
	KUNIT_EXPECT_FALSE(test, luo_run_claim_all(&run));
	KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 0, run.nr_pages),
			FOLIO_PAGES);
	luo_run_claim_end(&claim);
	luo_run_put(&run, 0, run.nr_pages);
}

/* If a key is missing, a part of the run can be claimed, but not the whole run. */
static void luo_run_lacks_a_key(struct kunit *test)
{
	struct luo_run_claim claim = {};
	struct luo_run run;
	u64 address;
	u16 flags;

	for (flags = 0; flags <= LUO_RUN_RANGE; flags += LUO_RUN_RANGE) {
		address = luo_run_block(test);
		run = luo_run_of(address, 0, 28, flags);
		KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
		luo_loopback_kexec();
		luo_loopback_lose_key(address + 24 * PAGE_SIZE);

		KUNIT_EXPECT_FALSE(test, luo_run_present(&run));
		KUNIT_EXPECT_FALSE(test, luo_run_claim_all(&run));
		KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
		KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &run, 0, 28), 24U);
		luo_run_claim_end(&claim);
		luo_run_put(&run, 0, 24);
		luo_loopback_kexec();
	}
}

/* A run with other keys than it says, or with pages that were not preserved. */
static void luo_run_is_wrong(struct kunit *test)
{
	u64 address = luo_run_block(test);
	const struct luo_run run = luo_run_of(address, 0, 16, LUO_RUN_RANGE);
	struct luo_run wrong[] = {
		luo_run_of(address, 0, 16, 0),
		luo_run_of(address, 0, 8, LUO_RUN_RANGE),
		luo_run_of(address, 0, 32, LUO_RUN_RANGE),
		luo_run_of(address, 1, 15, LUO_RUN_RANGE),
		luo_run_of(address, 16, 1, LUO_RUN_RANGE),
		{ .pfn = address >> PAGE_SHIFT, .nr_pages = 16, .order = 3 },
		{ .pfn = 0, .nr_pages = 1 },
	};
	struct luo_run_claim claim = {};
	unsigned int i;

	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	luo_loopback_kexec();

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		KUNIT_EXPECT_TRUE(test, luo_run_valid(&wrong[i]));
		KUNIT_EXPECT_FALSE(test, luo_run_claim_all(&wrong[i]));
		KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &wrong[i], 0,
						    wrong[i].nr_pages), 0U);
	}
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
	KUNIT_EXPECT_TRUE(test, luo_run_claim_all(&run));
	luo_run_put(&run, 0, 16);
}

/* luo_loopback_exit() checks that all pages are counted, and none of them twice. */
static void luo_run_counts(struct kunit *test)
{
	struct luo_run_claim claim = {};
	struct luo_run runs[3];
	unsigned int i;
	u64 address;

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		address = luo_run_block(test);
		runs[i] = i == 0 ? luo_run_of(address, 1, 6, LUO_RUN_RANGE) :
			  i == 1 ? luo_run_of(address, 4, 15, 0) :
				   luo_run_of(address, 0, BLOCK_PAGES,
					      LUO_RUN_RANGE);
		KUNIT_ASSERT_EQ(test, luo_run_preserve(&runs[i]), 0);
	}
	luo_loopback_kexec();

	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		KUNIT_EXPECT_EQ(test, luo_run_claim(&claim, &runs[i], 0,
						    runs[i].nr_pages),
				runs[i].nr_pages);
		luo_run_put(&runs[i], 0, runs[i].nr_pages);
	}
	luo_run_claim_end(&claim);
	luo_run_claim_end(&claim);
}

/* Pages of one key each, one without a key, and one that is listed twice. */
static void luo_run_singles(struct kunit *test)
{
	struct luo_run_claim claim = {};
	struct luo_run run = luo_run_of(luo_run_block(test), 0, 5, 0);
	const u64 pfns[] = {
		run.pfn + 3, run.pfn, run.pfn + 4, run.pfn + 5, run.pfn + 1,
	};
	const u64 twice[] = { run.pfn + 2, run.pfn + 1, run.pfn + 2 };

	KUNIT_ASSERT_EQ(test, luo_run_preserve(&run), 0);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_run_claim_singles(&claim, pfns, 0), 0U);
	KUNIT_EXPECT_EQ(test, luo_run_claim_singles(&claim, pfns,
						    ARRAY_SIZE(pfns)), 3U);
	KUNIT_EXPECT_EQ(test, luo_run_claim_singles(&claim, twice,
						    ARRAY_SIZE(twice)), 2U);
	luo_run_claim_end(&claim);
	luo_run_put(&run, 0, 5);
}

static struct kunit_case luo_run_cases[] = {
	KUNIT_CASE(luo_run_checks),
	KUNIT_CASE(luo_run_is_cut_as_kho_does),
	KUNIT_CASE(luo_run_ends_of_keys),
	KUNIT_CASE(luo_run_order_at_any),
	KUNIT_CASE(luo_run_is_mirrored),
	KUNIT_CASE(luo_run_is_unpreserved),
	KUNIT_CASE(luo_run_is_rolled_back),
	KUNIT_CASE(luo_run_is_claimed),
	KUNIT_CASE(luo_run_is_claimed_in_parts),
	KUNIT_CASE(luo_run_of_folios),
	KUNIT_CASE(luo_run_lacks_a_key),
	KUNIT_CASE(luo_run_is_wrong),
	KUNIT_CASE(luo_run_counts),
	KUNIT_CASE(luo_run_singles),
	{}
};

static struct kunit_suite luo_run_suite = {
	.name = "luo_run",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_run_cases,
};

kunit_test_suite(luo_run_suite);
