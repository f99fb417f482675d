// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools
 *
 * A chain of four blocks of three orders.
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
	FUZZ_NEXT,
	FUZZ_PAGE,
	FUZZ_LARGE,
	FUZZ_TWO_PAGES,
	FUZZ_END,
};

static const size_t fuzz_sizes[FUZZ_END] = {
	[FUZZ_SMALL] = 40,
	[FUZZ_NEXT] = 100,
	[FUZZ_PAGE] = 4000,
	[FUZZ_LARGE] = 12000,
	[FUZZ_TWO_PAGES] = 6000,
};

static void fuzz_save_pool(void)
{
	struct luo_pool *pool = luo_pool_create(GFP_KERNEL);
	unsigned int i;
	void *mem;

	FUZZ_EXPECT(!IS_ERR(pool));
	fuzz_roots[FUZZ_HANDLE] = luo_pool_handle(pool);
	for (i = FUZZ_SMALL; i < FUZZ_END; i++) {
		mem = luo_pool_alloc(pool, fuzz_sizes[i], GFP_KERNEL);
		FUZZ_EXPECT(mem);
		luo_pattern_fill(mem, fuzz_sizes[i], i);
		fuzz_roots[i] = virt_to_phys(mem);
	}

	/* A kexec loses the heap of the old kernel. */
	luo_pool_forget(pool);
}

static void fuzz_restore_pool(void)
{
	struct luo_pool *pool;
	unsigned int i;
	void *mem;
	bool held;

	pool = luo_pool_restore_root(fuzz_roots[FUZZ_HANDLE], 0, 0);
	if (IS_ERR(pool)) {
		FUZZ_EXPECT_ERRNO((int)PTR_ERR(pool), -EBADMSG);
		FUZZ_EXPECT(!fuzz_untouched());
		return;
	}
	FUZZ_EXPECT(!luo_pool_alloc(pool, 8, GFP_KERNEL));

	for (i = FUZZ_SMALL; i < FUZZ_END; i++) {
		mem = luo_pool_memory(pool, fuzz_roots[i], fuzz_sizes[i]);
		/* The whole allocation is readable. */
		held = mem && luo_pattern_holds(mem, fuzz_sizes[i], i);
		if (fuzz_untouched())
			FUZZ_EXPECT(held);
		if (mem)
			FUZZ_EXPECT(mem >= (void *)(luo_pool_block(mem) + 1));
	}
	luo_pool_free(pool);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_pool,
	.restore	= fuzz_restore_pool,
};
