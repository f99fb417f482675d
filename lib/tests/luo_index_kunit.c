// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the index
 *
 * Entries are found by their number while the index grows and entries are removed: with
 * numbers that have the same hash, and with many equal numbers.
 */

#include <kunit/test.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_loopback.h"

#define NR_ENTRIES	5000

/* The key is the first member, as in the structures that are indexed. */
struct entry {
	u64 key;
	unsigned int seen;
};

/* Count how often each entry with @key is found. */
static unsigned int luo_index_see(const struct luo_index *index, u64 key)
{
	struct entry *entry;
	unsigned long cursor;
	unsigned int nr = 0;

	luo_index_for_each(index, key, cursor, entry) {
		entry->seen++;
		nr++;
	}

	return nr;
}

static struct entry *luo_index_entries(struct kunit *test, u64 (*key)(u32 i))
{
	struct entry *entries = kvmalloc_objs(*entries, NR_ENTRIES);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (i = 0; i < NR_ENTRIES; i++)
		entries[i] = (struct entry){ .key = key(i) };

	return entries;
}

static void luo_index_fill(struct kunit *test, struct luo_index *index,
			   struct entry *entries)
{
	u32 i;

	for (i = 0; i < NR_ENTRIES; i++)
		KUNIT_ASSERT_EQ(test, luo_index_add(index, &entries[i].key,
						    GFP_KERNEL), 0);
}

static u64 luo_index_key_ascending(u32 i)
{
	return i;
}

static u64 luo_index_key_pages(u32 i)
{
	return 0x100000000ULL + ((u64)i << PAGE_SHIFT);
}

static u64 luo_index_key_high(u32 i)
{
	return ~(u64)i << 40;
}

static u64 luo_index_key_few(u32 i)
{
	return i % 97;
}

/* Each entry is found once by its key, and none after all are removed. */
static void luo_index_check(struct kunit *test, u64 (*key)(u32 i))
{
	struct entry *entries = luo_index_entries(test, key);
	struct luo_index index = {};
	u32 i;

	luo_index_fill(test, &index, entries);
	KUNIT_EXPECT_EQ(test, index.count, (unsigned long)NR_ENTRIES);
	for (i = 0; i < NR_ENTRIES; i++) {
		if (!entries[i].seen)
			luo_index_see(&index, entries[i].key);
		KUNIT_EXPECT_EQ(test, entries[i].seen, 1U);
	}
	KUNIT_EXPECT_EQ(test, luo_index_see(&index, U64_MAX), 0U);

	for (i = 0; i < NR_ENTRIES; i++)
		luo_index_del(&index, &entries[i].key);
	KUNIT_EXPECT_EQ(test, index.count, 0UL);
	for (i = 0; i < NR_ENTRIES; i++)
		KUNIT_EXPECT_EQ(test, luo_index_see(&index, entries[i].key), 0U);

	luo_index_destroy(&index);
	kvfree(entries);
}

static void luo_index_ascending_keys(struct kunit *test)
{
	luo_index_check(test, luo_index_key_ascending);
}

static void luo_index_page_addresses(struct kunit *test)
{
	luo_index_check(test, luo_index_key_pages);
}

static void luo_index_high_bits_only(struct kunit *test)
{
	luo_index_check(test, luo_index_key_high);
}

static void luo_index_many_of_one_key(struct kunit *test)
{
	luo_index_check(test, luo_index_key_few);
}

/* An entry that was placed behind a removed one is still found. */
static void luo_index_holes(struct kunit *test)
{
	struct entry *entries = luo_index_entries(test,
						  luo_index_key_ascending);
	struct luo_index index = {};
	u32 i, stride;

	for (stride = 2; stride < 8; stride++) {
		luo_index_fill(test, &index, entries);
		for (i = 0; i < NR_ENTRIES; i += stride)
			luo_index_del(&index, &entries[i].key);
		for (i = 0; i < NR_ENTRIES; i++)
			KUNIT_EXPECT_EQ(test, luo_index_see(&index, i),
					i % stride ? 1U : 0U);
		luo_index_destroy(&index);
	}
	kvfree(entries);
}

static void luo_index_empty(struct kunit *test)
{
	struct entry entry = { .key = 1 };
	struct luo_index index = {};

	KUNIT_EXPECT_EQ(test, luo_index_see(&index, 1), 0U);
	luo_index_del(&index, &entry.key);
	KUNIT_EXPECT_EQ(test, index.count, 0UL);
	luo_index_destroy(&index);
}

/* Removing an unknown entry does not remove another one with the same key. */
static void luo_index_remove_other(struct kunit *test)
{
	struct entry there = { .key = 7 }, other = { .key = 7 };
	struct luo_index index = {};

	KUNIT_ASSERT_EQ(test, luo_index_add(&index, &there.key,
					    GFP_KERNEL), 0);
	luo_index_del(&index, &other.key);
	KUNIT_EXPECT_EQ(test, luo_index_see(&index, 7), 1U);
	KUNIT_EXPECT_EQ(test, there.seen, 1U);
	luo_index_destroy(&index);
}

/* One word per entry at a load of at least 3/8. */
static void luo_index_size(struct kunit *test)
{
	struct entry *entries = luo_index_entries(test,
						  luo_index_key_ascending);
	struct luo_index index = {};

	luo_index_fill(test, &index, entries);
	KUNIT_EXPECT_LE(test, 1UL << index.order, NR_ENTRIES * 8UL / 3);
	luo_index_destroy(&index);
	kvfree(entries);
}

/* The inverse of GOLDEN_RATIO_64: the keys have one hash, 0 to NR_ENTRIES - 1. */
static u64 luo_index_key_hostile(u32 i)
{
	u64 inverse = 1;
	unsigned int bits;

	for (bits = 1; bits < 64; bits *= 2)
		inverse *= 2 - GOLDEN_RATIO_64 * inverse;

	return i * inverse;
}

/* Slots in use up to the next empty one, which a call may probe. */
static u64 luo_index_cluster(const struct luo_index *index, unsigned long slot)
{
	const unsigned long mask = (1UL << index->order) - 1;
	u64 nr = 0;

	while (index->slots[(slot + nr) & mask])
		nr++;

	return nr;
}

/*
 * The number of all probes must not be quadratic, even if another kernel has chosen
 * the keys.
 */
static void luo_index_hostile_keys(struct kunit *test)
{
	struct entry *entries = luo_index_entries(test, luo_index_key_hostile);
	struct luo_index index = {};
	unsigned long slot;
	u64 probes = 0;

	luo_index_fill(test, &index, entries);
	for (slot = 0; slot < 1UL << index.order; slot++)
		probes += luo_index_cluster(&index, slot);
	KUNIT_EXPECT_LT(test, probes, 64ULL * NR_ENTRIES);

	luo_index_destroy(&index);
	kvfree(entries);
}

static struct kunit_case luo_index_cases[] = {
	KUNIT_CASE(luo_index_hostile_keys),
	KUNIT_CASE(luo_index_empty),
	KUNIT_CASE(luo_index_ascending_keys),
	KUNIT_CASE(luo_index_page_addresses),
	KUNIT_CASE(luo_index_high_bits_only),
	KUNIT_CASE(luo_index_many_of_one_key),
	KUNIT_CASE(luo_index_holes),
	KUNIT_CASE(luo_index_remove_other),
	KUNIT_CASE(luo_index_size),
	{}
};

static struct kunit_suite luo_index_suite = {
	.name = "luo_index",
	.test_cases = luo_index_cases,
};

kunit_test_suite(luo_index_suite);
