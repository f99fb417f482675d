// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools
 *
 * A chain of five blocks of two orders, with and without allocations that are kept.
 */

#include <linux/err.h>
#include <linux/luo_pool.h>

#include "../../../kernel/liveupdate/luo_pool_internal.h"
#include "../../../lib/tests/luo_pattern.h"
#include "frame.h"

/* The roots: the handle, and the allocations. */
enum {
	FUZZ_HANDLE,
	FUZZ_SMALL,
	FUZZ_KEPT,
	FUZZ_PAGE,
	FUZZ_LARGE,
	FUZZ_KEPT_LARGE,
	FUZZ_END,
};

static const size_t fuzz_sizes[FUZZ_END] = {
	[FUZZ_SMALL] = 40,
	[FUZZ_KEPT] = 100,
	[FUZZ_PAGE] = 4000,
	[FUZZ_LARGE] = 12000,
	[FUZZ_KEPT_LARGE] = 6000,
};

static bool fuzz_kept(unsigned int i)
{
	return i == FUZZ_KEPT || i == FUZZ_KEPT_LARGE;
}

static void fuzz_save_pool(void)
{
	struct luo_pool *pool = luo_pool_create_from(&luo_loopback, GFP_KERNEL);
	unsigned int i;
	void *mem;

	FUZZ_EXPECT(!IS_ERR(pool));
	fuzz_roots[FUZZ_HANDLE] = luo_pool_handle(pool);
	for (i = FUZZ_SMALL; i < FUZZ_END; i++) {
		mem = luo_pool_alloc(pool, fuzz_sizes[i], GFP_KERNEL,
				     fuzz_kept(i) ? LUO_POOL_KEEP : 0);
		FUZZ_EXPECT(mem);
		luo_pattern_fill(mem, fuzz_sizes[i], i);
		fuzz_roots[i] = virt_to_phys(mem);
	}

	/* A kexec loses the heap of the old kernel. */
	luo_pool_forget(pool);
}

/* A kept allocation has a reference to its block. */
static bool fuzz_is_kept(const void *mem)
{
	const struct luo_pool_block_ser *block = luo_pool_block((void *)mem);

	return block->order & LUO_POOL_BLOCK_KEEP;
}

static void fuzz_restore_pool(void)
{
	struct luo_pool *pool;
	void *mem[FUZZ_END] = {};
	unsigned int i;
	bool held;

	pool = luo_pool_restore_from(&luo_loopback, fuzz_roots[FUZZ_HANDLE], 0, 0);
	if (IS_ERR(pool)) {
		FUZZ_EXPECT_ERRNO((int)PTR_ERR(pool), -EBADMSG);
		FUZZ_EXPECT(!fuzz_untouched());
		return;
	}
	FUZZ_EXPECT(!luo_pool_alloc(pool, 8, GFP_KERNEL, 0));

	for (i = FUZZ_SMALL; i < FUZZ_END; i++) {
		mem[i] = luo_pool_memory(pool, fuzz_roots[i], fuzz_sizes[i]);
		/* The whole allocation is readable. */
		held = mem[i] && luo_pattern_holds(mem[i], fuzz_sizes[i], i);
		if (fuzz_untouched())
			FUZZ_EXPECT(held);
		if (mem[i])
			FUZZ_EXPECT(mem[i] >= (void *)(luo_pool_block(mem[i]) + 1));
		if (mem[i] && !fuzz_is_kept(mem[i]))
			mem[i] = NULL;
	}

	luo_pool_free(pool);
	for (i = FUZZ_SMALL; i < FUZZ_END; i++) {
		if (!mem[i])
			continue;
		luo_pattern_holds(mem[i], fuzz_sizes[i], i);
		luo_pool_put_to(&luo_loopback, mem[i]);
	}
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_pool,
	.restore	= fuzz_restore_pool,
};
