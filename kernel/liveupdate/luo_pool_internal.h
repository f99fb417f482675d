/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_POOL_INTERNAL_H
#define _LUO_POOL_INTERNAL_H

#include <linux/align.h>
#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/list.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "luo_index.h"

#define LUO_POOL_ALIGN	sizeof(u64)

/* luo_pool_block.c: the head of a block. */

/**
 * luo_pool_block - Get the block that an allocation is in.
 * @mem: The allocation.
 *
 * Return: The block. An allocation begins in the first page of its block.
 */
static inline struct luo_pool_block_ser *luo_pool_block(void *mem)
{
	return PTR_ALIGN_DOWN(mem, PAGE_SIZE);
}

/**
 * luo_pool_block_order - Get the order of the pages of a block.
 * @head: Its head.
 *
 * Return: The order.
 */
static inline unsigned int
luo_pool_block_order(const struct luo_pool_block_ser *head)
{
	return head->order & LUO_POOL_BLOCK_ORDER;
}

/**
 * struct luo_pool_place - The place of a block in a chain.
 * @handle:   Handle of the pool.
 * @sequence: Number of blocks before it.
 */
struct luo_pool_place {
	u64 handle;
	u64 sequence;
};

u32 luo_pool_block_crc(const struct luo_pool_block_ser *head,
		       const struct luo_pool_place *place);
int luo_pool_block_read(u64 address, const struct luo_pool_place *place,
			struct luo_pool_block_ser *head);

/* luo_pool_out.c: allocations of this kernel that share pages. */

/**
 * struct luo_pool_out - Small preserved allocations that share pages.
 * @current_block: The block in which the next small allocation is made, or NULL.
 * @used:     Bytes of @current_block that are in use, with its head.
 *
 * Callers must serialise the calls for one pool.
 */
struct luo_pool_out {
	struct luo_pool_block_ser *current_block;
	u32 used;
};

struct luo_pool_block_ser *luo_pool_out_begin(struct luo_pool_out *pool,
					      gfp_t gfp);
struct luo_pool_block_ser *luo_pool_out_block(size_t size, gfp_t gfp);
bool luo_pool_out_full(const struct luo_pool_out *pool, size_t size);
void *luo_pool_out_suballoc(struct luo_pool_out *pool, size_t size,
			    struct luo_pool_block_ser **block);
struct luo_pool_block_ser *luo_pool_out_drop(struct luo_pool_out *pool,
					     void *mem);
void *luo_pool_out_alloc(struct luo_pool_out *pool, size_t size, gfp_t gfp);
void luo_pool_out_free(struct luo_pool_out *pool, void *mem);

/* luo_pool_in.c: blocks of the previous kernel. */

/**
 * struct luo_pool_in - The pool blocks of the previous kernel.
 * @blocks:   Index of &struct luo_pool_in_block by physical address.
 * @list:     List of the same blocks.
 *
 * All zero before its first use. Callers must serialise the calls for one pool.
 */
struct luo_pool_in {
	struct luo_index blocks;
	struct hlist_head list;
};

/**
 * struct luo_pool_in_block - A block of the previous kernel.
 * @address: Its physical address; the key in the index.
 * @list:    Entry in &luo_pool_in.list.
 * @order:   Order of its pages.
 * @claimed: This kernel owns the pages.
 * @live:    Number of references that luo_pool_in_get() took.
 *
 * @order is from the copy of the head whose CRC was checked. The head is not read again.
 */
struct luo_pool_in_block {
	u64 address;
	struct hlist_node list;
	unsigned int order;
	bool claimed;
	unsigned int live;
};

int luo_pool_in_add(struct luo_pool_in *pool, u64 address,
		    const struct luo_pool_place *place,
		    struct luo_pool_block_ser *head);
int luo_pool_in_claim(struct luo_pool_in *pool);
struct luo_pool_in_block *luo_pool_in_find(const struct luo_pool_in *pool,
					   u64 address, size_t size);
void luo_pool_in_release(struct luo_pool_in *pool,
			 struct luo_pool_in_block *block);
void luo_pool_in_forget(struct luo_pool_in *pool);

int luo_pool_in_get(struct luo_pool_in *pool, u64 address, size_t size);
void luo_pool_in_put(struct luo_pool_in *pool, u64 address);

/* luo_pool.c: calls for tests. */

void luo_pool_forget(struct luo_pool *pool);

#endif /* _LUO_POOL_INTERNAL_H */
