/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_POOL_H
#define _LUO_POOL_H

#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/types.h>

#include "luo_index.h"

struct luo_handover;

/**
 * struct luo_pool - Small preserved allocations that share pages.
 * @handover: Where the pages come from.
 * @current_block: The block that allocations are cut from, or NULL.
 * @used:     Bytes of it that are taken, with its header.
 *
 * Callers bring the locking.
 */
struct luo_pool {
	const struct luo_handover *handover;
	struct luo_pool_block_ser *current_block;
	u32 used;
};

void *luo_pool_alloc(struct luo_pool *pool, size_t size, gfp_t gfp);
void luo_pool_free(struct luo_pool *pool, void *mem);

/**
 * struct luo_pool_in - The pool blocks of the previous kernel.
 * @handover: Where they come from.
 * @blocks:   Those that were taken over, by physical address.
 */
struct luo_pool_in {
	const struct luo_handover *handover;
	struct luo_index blocks;
};

int luo_pool_in_get(struct luo_pool_in *pool, u64 address, size_t size);
void luo_pool_in_put(struct luo_pool_in *pool, u64 address);

#endif /* _LUO_POOL_H */
