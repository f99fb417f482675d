// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the blocks of pools
 *
 * Small allocations share pages, large ones do not, and all pages are freed when they are
 * unused. The next kernel gets memory at an address only if it is in a block of a pool.
 */

#include <kunit/test.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/mm.h>

#include "luo_loopback.h"

#define NR_MEMS	1000

static const struct luo_pool_out luo_pool_block_empty = {};

static void luo_pool_block_shares_pages(struct kunit *test)
{
	struct luo_pool_out pool = luo_pool_block_empty;
	void *mem[NR_MEMS / 10];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mem); i++) {
		mem[i] = luo_pool_out_alloc(&pool, 40, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, mem[i]);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)mem[i], 8));
		memset(mem[i], i, 40);
	}
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 1UL);

	for (i = 0; i < ARRAY_SIZE(mem); i++) {
		KUNIT_EXPECT_EQ(test, *(u8 *)mem[i], (u8)i);
		KUNIT_EXPECT_EQ(test, ((u8 *)mem[i])[39], (u8)i);
		luo_pool_out_free(&pool, mem[i]);
	}
}

static void luo_pool_block_frees_pages(struct kunit *test)
{
	struct luo_pool_out pool = luo_pool_block_empty;
	static void *mem[NR_MEMS];
	unsigned long keys;
	unsigned int i;

	for (i = 0; i < NR_MEMS; i++) {
		mem[i] = luo_pool_out_alloc(&pool, 100, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, mem[i]);
	}
	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
	KUNIT_EXPECT_LE(test, keys, NR_MEMS * 104UL / (PAGE_SIZE - 160) + 1);

	/* Freeing two of three allocations leaves every page in use. Then free the others. */
	for (i = 0; i < NR_MEMS; i++) {
		if (i % 3)
			luo_pool_out_free(&pool, mem[i]);
	}
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);
	for (i = 0; i < NR_MEMS; i += 3)
		luo_pool_out_free(&pool, mem[i]);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	/* Allocation still works. */
	mem[0] = luo_pool_out_alloc(&pool, 8, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mem[0]);
	luo_pool_out_free(&pool, mem[0]);
	luo_pool_out_free(&pool, NULL);
}

static void luo_pool_block_every_size(struct kunit *test)
{
	static const size_t sizes[] = {
		1, 7, 8, 9, PAGE_SIZE - 32, PAGE_SIZE - 31, PAGE_SIZE,
		PAGE_SIZE + 1, 3 * PAGE_SIZE, LUO_OBJECT_SIZE_MAX,
	};
	struct luo_pool_out pool = luo_pool_block_empty;
	void *mem[ARRAY_SIZE(sizes)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		mem[i] = luo_pool_out_alloc(&pool, sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, mem[i]);
		memset(mem[i], i + 1, sizes[i]);
	}
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ(test, *(u8 *)mem[i], (u8)(i + 1));
		KUNIT_EXPECT_EQ(test, ((u8 *)mem[i])[sizes[i] - 1],
				(u8)(i + 1));
		luo_pool_out_free(&pool, mem[i]);
	}
}

static void luo_pool_block_no_memory(struct kunit *test)
{
	struct luo_pool_out pool = luo_pool_block_empty;
	void *mem;

	luo_loopback_fail_nth(1);
	KUNIT_EXPECT_NULL(test, luo_pool_out_alloc(&pool, 40, GFP_KERNEL));
	luo_loopback_fail_nth(1);
	KUNIT_EXPECT_NULL(test, luo_pool_out_alloc(&pool, PAGE_SIZE, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	mem = luo_pool_out_alloc(&pool, 40, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	/* If a new block cannot be allocated, the old one can still be filled. */
	luo_loopback_fail_nth(1);
	KUNIT_EXPECT_NULL(test, luo_pool_out_alloc(&pool, PAGE_SIZE, GFP_KERNEL));
	luo_pool_out_free(&pool, mem);
}

static void luo_pool_block_in_takes_over(struct kunit *test)
{
	struct luo_pool_in in = {};
	struct luo_pool_out pool = luo_pool_block_empty;
	u64 small[3], large;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(small); i++)
		small[i] = virt_to_phys(luo_pool_out_alloc(&pool, 64, GFP_KERNEL));
	large = virt_to_phys(luo_pool_out_alloc(&pool, 2 * PAGE_SIZE, GFP_KERNEL));

	luo_loopback_kexec();
	for (i = 0; i < ARRAY_SIZE(small); i++)
		KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, small[i], 64), 0);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, large, 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 2UL);

	luo_pool_in_put(&in, small[0]);
	luo_pool_in_put(&in, small[2]);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 2UL);
	luo_pool_in_put(&in, small[1]);
	luo_pool_in_put(&in, large);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	luo_pool_in_forget(&in);
}

/* Addresses that are not in a block of a pool. */
static void luo_pool_block_in_bad_addresses(struct kunit *test)
{
	struct luo_pool_in in = {};
	struct luo_pool_out pool = luo_pool_block_empty;
	u64 good, large, foreign;

	good = virt_to_phys(luo_pool_out_alloc(&pool, 64, GFP_KERNEL));
	large = virt_to_phys(luo_pool_out_alloc(&pool, 3 * PAGE_SIZE, GFP_KERNEL));
	foreign = virt_to_phys(luo_handover_alloc(0, GFP_KERNEL));
	/* Even if it looks like a block of a pool. */
	memcpy(phys_to_virt(foreign), phys_to_virt(good & PAGE_MASK),
	       PAGE_SIZE);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, 0, 64), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, U64_MAX - 7, 64), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, 1ULL << 63, 64), -EBADMSG);
	/* The header, not aligned, past the end. */
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good & PAGE_MASK, 8),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good - 8, 8), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good + 4, 8), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good, PAGE_SIZE), -EBADMSG);
	KUNIT_EXPECT_EQ(test,
			luo_pool_in_get(&in, large, 4 * PAGE_SIZE - 24),
			-EBADMSG);
	/* The second page of a block, and memory of another owner. */
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, large + PAGE_SIZE, 8),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, foreign + 32, 8), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);

	/* The same if the block is claimed already. */
	KUNIT_ASSERT_EQ(test, luo_pool_in_get(&in, good, 64), 0);
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good, PAGE_SIZE), -EBADMSG);
	luo_pool_in_put(&in, good);

	/* A freed block is not found. */
	KUNIT_EXPECT_EQ(test, luo_pool_in_get(&in, good, 64), -EBADMSG);

	KUNIT_ASSERT_EQ(test, luo_pool_in_get(&in, large, 3 * PAGE_SIZE), 0);
	luo_pool_in_put(&in, large);
	luo_pool_in_forget(&in);

	luo_handover_claim(foreign, 0);
	luo_handover_release(phys_to_virt(foreign), 0);
}

/* A head with any wrong bit is refused. */
static void luo_pool_block_in_bad_headers(struct kunit *test)
{
	struct luo_pool_in in = {};
	struct luo_pool_out pool = luo_pool_block_empty;
	struct luo_pool_block_ser *block;
	unsigned int bit;
	u64 address;

	address = virt_to_phys(luo_pool_out_alloc(&pool, 64, GFP_KERNEL));
	luo_loopback_kexec();
	block = phys_to_virt(address & PAGE_MASK);

	for (bit = 0; bit < 8 * sizeof(*block); bit++) {
		u8 *byte = (u8 *)block + bit / 8;

		/* The count of the previous kernel is ignored. */
		if (bit / 8 >= offsetof(struct luo_pool_block_ser, live) &&
		    bit / 8 < offsetofend(struct luo_pool_block_ser, live))
			continue;

		*byte ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, luo_pool_in_get(&in, address, 64),
				    -EBADMSG, "bit %u", bit);
		*byte ^= 1 << bit % 8;
	}

	block->live = 12345;
	KUNIT_ASSERT_EQ(test, luo_pool_in_get(&in, address, 64), 0);
	luo_pool_in_put(&in, address);
	luo_pool_in_forget(&in);
}

static struct kunit_case luo_pool_block_cases[] = {
	KUNIT_CASE(luo_pool_block_shares_pages),
	KUNIT_CASE(luo_pool_block_frees_pages),
	KUNIT_CASE(luo_pool_block_every_size),
	KUNIT_CASE(luo_pool_block_no_memory),
	KUNIT_CASE(luo_pool_block_in_takes_over),
	KUNIT_CASE(luo_pool_block_in_bad_addresses),
	KUNIT_CASE(luo_pool_block_in_bad_headers),
	{}
};

static struct kunit_suite luo_pool_block_suite = {
	.name = "luo_pool_block",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_pool_block_cases,
};

kunit_test_suite(luo_pool_block_suite);
