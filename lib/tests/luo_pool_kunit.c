// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the pools
 *
 * A pool is found by its handle, is freed as a whole, and returns only memory inside
 * it.
 */

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>

#include "luo_loopback.h"
#include "luo_pattern.h"

static struct luo_pool *luo_pool_new(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_create(GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));

	return pool;
}

static struct luo_pool *luo_pool_restore_at(u64 handle)
{
	return luo_pool_restore_root(handle, 0, 0);
}

/* Restore the pool in the next kernel. The old struct was on the old kernel's heap. */
static struct luo_pool *luo_pool_after_kexec(struct luo_pool *pool)
{
	u64 handle = luo_pool_handle(pool);

	luo_loopback_kexec();
	luo_pool_forget(pool);

	return luo_pool_restore_at(handle);
}

static void luo_pool_hundred(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_new(test);
	u64 address[100];
	unsigned int i;
	void *mem;

	for (i = 0; i < ARRAY_SIZE(address); i++) {
		mem = luo_pool_alloc(pool, 40, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, mem);
		luo_pattern_fill(mem, 40, i);
		address[i] = virt_to_phys(mem);
	}
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 1UL);

	pool = luo_pool_after_kexec(pool);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	for (i = 0; i < ARRAY_SIZE(address); i++) {
		mem = luo_pool_memory(pool, address[i], 40);
		KUNIT_ASSERT_NOT_NULL(test, mem);
		KUNIT_EXPECT_TRUE(test, luo_pattern_holds(mem, 40, i));
	}
	KUNIT_EXPECT_NULL(test, luo_pool_alloc(pool, 40, GFP_KERNEL));
	luo_pool_free(pool);
}

static void luo_pool_freed_in_bulk(struct kunit *test)
{
	static const size_t sizes[] = { 1, 40, 3000, PAGE_SIZE, 9 * PAGE_SIZE };
	struct luo_pool *pool = luo_pool_new(test);
	unsigned int i;

	for (i = 0; i < 500; i++) {
		void *mem = luo_pool_alloc(pool, sizes[i % ARRAY_SIZE(sizes)],
					   GFP_KERNEL | __GFP_ZERO);

		KUNIT_ASSERT_NOT_NULL(test, mem);
		KUNIT_EXPECT_EQ(test, *(u8 *)mem, 0);
		*(u8 *)mem = 1;
	}
	KUNIT_EXPECT_NULL(test, luo_pool_alloc(pool, 0, GFP_KERNEL));
	luo_pool_free(pool);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
}

/* Older kernels set a flag in some blocks, which has no meaning. */
static void luo_pool_ignores_keep(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_new(test);
	const struct luo_pool_place place = { luo_pool_handle(pool), 0 };
	struct luo_pool_block_ser *block = phys_to_virt(place.handle);

	block->order |= LUO_POOL_BLOCK_KEEP;
	block->crc = luo_pool_block_crc(block, &place);

	pool = luo_pool_after_kexec(pool);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	luo_pool_free(pool);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
}

static void luo_pool_bad_addresses(struct kunit *test)
{
	struct luo_pool *other = luo_pool_new(test);
	struct luo_pool *pool = luo_pool_new(test);
	u64 good, large, foreign, handle;

	handle = luo_pool_handle(other);
	good = virt_to_phys(luo_pool_alloc(pool, 64, GFP_KERNEL));
	large = virt_to_phys(luo_pool_alloc(pool, 3 * PAGE_SIZE, GFP_KERNEL));
	foreign = virt_to_phys(luo_pool_alloc(other, 64, GFP_KERNEL));
	pool = luo_pool_after_kexec(pool);
	luo_pool_forget(other);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));

	KUNIT_EXPECT_NOT_NULL(test, luo_pool_memory(pool, good, 64));
	KUNIT_EXPECT_NOT_NULL(test, luo_pool_memory(pool, large, 3 * PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, 0, 8));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, U64_MAX - 7, 8));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, good & PAGE_MASK, 8));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, good + 4, 8));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, good, PAGE_SIZE));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, good, SIZE_MAX));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, large, 4 * PAGE_SIZE - 24));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, large + PAGE_SIZE, 8));
	KUNIT_EXPECT_NULL(test, luo_pool_memory(pool, foreign, 64));
	luo_pool_free(pool);

	/* A freed pool cannot be restored. */
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(0),
			    ERR_PTR(-EBADMSG));
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(good & PAGE_MASK),
			    ERR_PTR(-EBADMSG));
	pool = luo_pool_restore_at(handle);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	luo_pool_free(pool);
}

/* A pool with any wrong bit in a head is refused, and nothing is claimed. */
static void luo_pool_bad_heads(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_new(test);
	u64 handle = luo_pool_handle(pool);
	struct luo_pool_block_ser *block[3];
	unsigned int i, bit;

	block[0] = phys_to_virt(handle);
	for (i = 1; i < ARRAY_SIZE(block); i++)
		block[i] = luo_pool_block(luo_pool_alloc(pool, PAGE_SIZE,
							 GFP_KERNEL));
	luo_loopback_kexec();
	luo_pool_forget(pool);

	for (i = 0; i < ARRAY_SIZE(block); i++) {
		for (bit = 0; bit < 8 * sizeof(*block[i]); bit++) {
			u8 *byte = (u8 *)block[i] + bit / 8;

			if (bit / 8 >= offsetof(struct luo_pool_block_ser, live) &&
			    bit / 8 < offsetofend(struct luo_pool_block_ser, live))
				continue;

			*byte ^= 1 << bit % 8;
			pool = luo_pool_restore_at(handle);
			KUNIT_EXPECT_PTR_EQ_MSG(test, pool, ERR_PTR(-EBADMSG),
						"block %u bit %u", i, bit);
			*byte ^= 1 << bit % 8;
		}
	}

	/* A chain with a loop. */
	block[2]->next = handle;
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(handle),
			    ERR_PTR(-EBADMSG));
	block[2]->next = 0;

	pool = luo_pool_restore_at(handle);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	luo_pool_free(pool);
}

static void luo_pool_without_memory(struct kunit *test)
{
	struct luo_pool *pool;
	unsigned int nth;
	u64 handle;

	luo_loopback_fail_nth(1);
	KUNIT_EXPECT_TRUE(test, IS_ERR(luo_pool_create(GFP_KERNEL)));
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	pool = luo_pool_new(test);
	luo_loopback_fail_nth(1);
	KUNIT_EXPECT_NULL(test, luo_pool_alloc(pool, PAGE_SIZE, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 1UL);
	KUNIT_EXPECT_NOT_NULL(test, luo_pool_alloc(pool, PAGE_SIZE, GFP_KERNEL));

	/* After -ENOMEM the pool can be restored later. */
	handle = luo_pool_handle(pool);
	luo_loopback_kexec();
	luo_pool_forget(pool);
	for (nth = 1; ; nth++) {
		luo_loopback_fail_nth(nth);
		pool = luo_pool_restore_at(handle);
		if (!luo_loopback_failed())
			break;
		KUNIT_EXPECT_PTR_EQ(test, pool, ERR_PTR(-ENOMEM));
	}
	luo_loopback_fail_nth(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	luo_pool_free(pool);
}

/* Sizes that overflow when they are aligned, or when the head is added. */
static void luo_pool_sizes_are_bounded(struct kunit *test)
{
	static const size_t sizes[] = {
		0, SIZE_MAX, SIZE_MAX - 6, SIZE_MAX - 7, SIZE_MAX - 8,
		SIZE_MAX - sizeof(struct luo_pool_block_ser),
		SIZE_MAX - sizeof(struct luo_pool_block_ser) + 1, SSIZE_MAX,
		LUO_POOL_FILL(MAX_PAGE_ORDER) + 1,
	};
	struct luo_pool *pool = luo_pool_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		KUNIT_EXPECT_NULL(test, luo_pool_alloc(pool, sizes[i],
						       GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 1UL);
	KUNIT_EXPECT_NOT_NULL(test,
			      luo_pool_alloc(pool, LUO_POOL_FILL(MAX_PAGE_ORDER),
					     GFP_KERNEL));
	luo_pool_free(pool);
}

/* Pages that may lie in a scratch area are not preserved. */
static void luo_pool_refuses_movable_pages(struct kunit *test)
{
	static const gfp_t masks[] = { __GFP_MOVABLE, __GFP_HIGHMEM };
	struct luo_pool *pool = luo_pool_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		KUNIT_EXPECT_PTR_EQ(test, luo_pool_create(GFP_KERNEL | masks[i]),
				    ERR_PTR(-EINVAL));
		KUNIT_EXPECT_NULL(test, luo_pool_alloc(pool, 8,
						       GFP_KERNEL | masks[i]));
	}
	luo_pool_free(pool);
}

/* The second restore fails, also when the first one did not free the pool yet. */
static void luo_pool_is_restored_once(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_new(test);
	u64 handle = luo_pool_handle(pool);

	KUNIT_ASSERT_NOT_NULL(test, luo_pool_alloc(pool, PAGE_SIZE, GFP_KERNEL));
	pool = luo_pool_after_kexec(pool);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pool));
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(handle),
			    ERR_PTR(-EBADMSG));
	luo_pool_free(pool);
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(handle),
			    ERR_PTR(-EBADMSG));
}

/*
 * Another caller claims a block between the check and the claim. The restore
 * fails, frees the blocks that it claimed, and leaves that one alone.
 */
static void luo_pool_claim_is_lost(struct kunit *test)
{
	struct luo_pool *pool;
	u64 handle, taken;
	unsigned int nth;

	for (nth = 1; nth <= 2; nth++) {
		pool = luo_pool_new(test);
		handle = luo_pool_handle(pool);
		KUNIT_ASSERT_NOT_NULL(test, luo_pool_alloc(pool, PAGE_SIZE,
							   GFP_KERNEL));
		luo_loopback_kexec();
		luo_pool_forget(pool);

		luo_loopback_steal(nth);
		KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_at(handle),
				    ERR_PTR(-EBADMSG));
		taken = luo_loopback_stolen();
		KUNIT_ASSERT_NE(test, taken, 0ULL);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED),
				1UL);
		luo_handover_put(taken);
		luo_loopback_kexec();
	}
}

/* A pool is identified by an allocation that must be in it. */
static void luo_pool_of_another_owner(struct kunit *test)
{
	struct luo_pool *mine = luo_pool_new(test), *other = luo_pool_new(test);
	u64 handle = luo_pool_handle(other), root;

	root = virt_to_phys(luo_pool_alloc(mine, 64, GFP_KERNEL));
	mine = luo_pool_after_kexec(mine);
	luo_pool_forget(other);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mine));
	KUNIT_EXPECT_PTR_EQ(test, luo_pool_restore_root(handle, root, 64),
			    ERR_PTR(-EBADMSG));
	luo_pool_free(mine);

	other = luo_pool_restore_at(handle);
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	luo_pool_free(other);
}

static struct kunit_case luo_pool_cases[] = {
	KUNIT_CASE(luo_pool_hundred),
	KUNIT_CASE(luo_pool_freed_in_bulk),
	KUNIT_CASE(luo_pool_ignores_keep),
	KUNIT_CASE(luo_pool_bad_addresses),
	KUNIT_CASE(luo_pool_bad_heads),
	KUNIT_CASE(luo_pool_without_memory),
	KUNIT_CASE(luo_pool_sizes_are_bounded),
	KUNIT_CASE(luo_pool_refuses_movable_pages),
	KUNIT_CASE(luo_pool_is_restored_once),
	KUNIT_CASE(luo_pool_claim_is_lost),
	KUNIT_CASE(luo_pool_of_another_owner),
	{}
};

static struct kunit_suite luo_pool_suite = {
	.name = "luo_pool",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_pool_cases,
};

kunit_test_suite(luo_pool_suite);
