/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_POOL_INTERNAL_H
#define _LUO_POOL_INTERNAL_H

#include <linux/align.h>
#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "luo_index.h"

struct luo_handover;

#define LUO_POOL_ALIGN	sizeof(u64)

/* luo_pool_block.c: allocations that share pages. */

/**
 * luo_pool_block - The block that an allocation is in.
 * @mem: The allocation.
 *
 * Return: Its block: allocations begin in the first page of one.
 */
static inline struct luo_pool_block_ser *luo_pool_block(void *mem)
{
	return PTR_ALIGN_DOWN(mem, PAGE_SIZE);
}

/**
 * struct luo_pool_out - Small preserved allocations that share pages.
 * @handover: Where the pages come from.
 * @current_block: The block that allocations are cut from, or NULL.
 * @used:     Bytes of it that are taken, with its header.
 *
 * Callers bring the locking.
 */
struct luo_pool_out {
	const struct luo_handover *handover;
	struct luo_pool_block_ser *current_block;
	u32 used;
};

void *luo_pool_out_alloc(struct luo_pool_out *pool, size_t size, gfp_t gfp);
void luo_pool_out_free(struct luo_pool_out *pool, void *mem);

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

/* luo_pool.c: the calls of linux/luo_pool.h for who brings a handover. */

struct luo_pool *luo_pool_create_from(const struct luo_handover *handover,
				      gfp_t gfp);
struct luo_pool *luo_pool_restore_from(const struct luo_handover *handover,
				       u64 handle);
struct luo_pool *luo_pool_open(const struct luo_handover *handover, u64 handle);
void luo_pool_claim(struct luo_pool *pool);
u64 luo_pool_size(const struct luo_pool *pool);
void *luo_pool_find(const struct luo_pool *pool, u64 address, size_t size);
void luo_pool_forget(struct luo_pool *pool);
void luo_pool_put_to(const struct luo_handover *handover, void *mem);

#endif /* _LUO_POOL_INTERNAL_H */
