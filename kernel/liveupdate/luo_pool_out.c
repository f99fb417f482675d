// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Blocks of small preserved allocations
 *
 * Allocations are cut off a page one after the other. The head of the block
 * counts those in use, and the block is freed with the last one. An allocation
 * that is larger than a page holds has a block for itself.
 *
 * The object store and luo_pool.c call it. It calls luo_pool_block.c and the
 * handover.
 */

#include <linux/align.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

static struct luo_pool_block_ser *luo_pool_out_block(struct luo_pool_out *pool,
						     size_t size, gfp_t gfp)
{
	unsigned int order = get_order(sizeof(struct luo_pool_block_ser) + size);
	struct luo_pool_block_ser *block;

	block = pool->handover->alloc(order, gfp & ~__GFP_ZERO);
	if (!block)
		return NULL;

	*block = (struct luo_pool_block_ser){
		.self = virt_to_phys(block),
		.magic = LUO_POOL_BLOCK_MAGIC,
		.order = order,
	};
	block->crc = luo_pool_block_crc(block, NULL);

	return block;
}

/**
 * luo_pool_out_begin - Have a new block that allocations are cut from.
 * @pool: The pool.
 * @gfp:  How to allocate it.
 *
 * Return: The block, of a page, without an allocation in it, or NULL.
 */
struct luo_pool_block_ser *luo_pool_out_begin(struct luo_pool_out *pool,
					      gfp_t gfp)
{
	struct luo_pool_block_ser *block = luo_pool_out_block(pool, 0, gfp);

	if (block) {
		pool->current_block = block;
		pool->used = sizeof(*block);
	}

	return block;
}

static void *luo_pool_out_cut(struct luo_pool_out *pool, size_t size, gfp_t gfp)
{
	struct luo_pool_block_ser *block = pool->current_block;
	void *mem;

	if (size > PAGE_SIZE - sizeof(*block)) {
		block = luo_pool_out_block(pool, size, gfp);
		if (!block)
			return NULL;
		block->live = 1;
		return block + 1;
	}

	if (!block || size > PAGE_SIZE - pool->used) {
		block = luo_pool_out_begin(pool, gfp);
		if (!block)
			return NULL;
	}

	mem = (void *)block + pool->used;
	pool->used += size;
	block->live++;

	return mem;
}

/**
 * luo_pool_out_alloc - Allocate preserved memory.
 * @pool: The pool.
 * @size: How many bytes: any number, also what struct_size() saturates to.
 * @gfp:  How to get a new block if one is needed.
 *
 * Return: Memory, 8-byte aligned, zeroed if @gfp asks for that; NULL if @size is
 * 0 or more than the largest pages hold, or if there is no memory.
 */
void *luo_pool_out_alloc(struct luo_pool_out *pool, size_t size, gfp_t gfp)
{
	void *mem;

	if (!size || size > LUO_POOL_FILL(MAX_PAGE_ORDER))
		return NULL;

	size = ALIGN(size, LUO_POOL_ALIGN);
	mem = luo_pool_out_cut(pool, size, gfp);
	if (mem && gfp & __GFP_ZERO)
		memset(mem, 0, size);

	return mem;
}

/**
 * luo_pool_out_free - Free what luo_pool_out_alloc() returned.
 * @pool: The pool.
 * @mem:  The memory. NULL does nothing.
 */
void luo_pool_out_free(struct luo_pool_out *pool, void *mem)
{
	struct luo_pool_block_ser *block = luo_pool_block(mem);

	if (!mem || --block->live)
		return;

	if (block == pool->current_block)
		pool->current_block = NULL;
	pool->handover->free(block, luo_pool_block_order(block));
}
