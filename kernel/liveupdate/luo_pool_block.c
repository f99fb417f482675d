// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Blocks of small preserved allocations
 *
 * A preserved page costs a page and a key, so 40 bytes must not take one each.
 * Allocations are cut off a page one after the other, those in use are counted
 * in the page's header, and with the last one the page is given back. What is
 * larger than a page holds has a block of its own.
 *
 * In the next kernel, an allocation is known by its physical address. The first
 * one that is asked for in a block takes the block over, and the last one put
 * frees it.
 *
 * It is called by the tables of objects, and by luo_pool.c, which chains blocks
 * to free them in bulk. It calls the handover.
 */

#include <linux/align.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

static u32 luo_pool_block_crc(const struct luo_pool_block_ser *block)
{
	return crc32c(~0, block, offsetof(struct luo_pool_block_ser, crc));
}

static struct luo_pool_block_ser *luo_pool_block_alloc(struct luo_pool_out *pool,
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
	block->crc = luo_pool_block_crc(block);

	return block;
}

static void *luo_pool_out_cut(struct luo_pool_out *pool, size_t size, gfp_t gfp)
{
	struct luo_pool_block_ser *block = pool->current_block;
	void *mem;

	if (size > PAGE_SIZE - sizeof(*block)) {
		block = luo_pool_block_alloc(pool, size, gfp);
		if (!block)
			return NULL;
		block->live = 1;
		return block + 1;
	}

	if (!block || size > PAGE_SIZE - pool->used) {
		block = luo_pool_block_alloc(pool, size, gfp);
		if (!block)
			return NULL;
		pool->current_block = block;
		pool->used = sizeof(*block);
	}

	mem = (void *)block + pool->used;
	pool->used += size;
	block->live++;

	return mem;
}

/**
 * luo_pool_out_alloc - Allocate preserved memory.
 * @pool: The pool.
 * @size: How many bytes, not 0.
 * @gfp:  How to get a new block if one is needed.
 *
 * Return: Memory, 8-byte aligned, zeroed where @gfp asks for that, or NULL.
 */
void *luo_pool_out_alloc(struct luo_pool_out *pool, size_t size, gfp_t gfp)
{
	void *mem;

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
	pool->handover->free(block, block->order);
}

static bool luo_pool_block_valid(const struct luo_pool_block_ser *block,
				 u64 address, unsigned int order)
{
	return block->self == address && block->magic == LUO_POOL_BLOCK_MAGIC &&
	       block->order == order && block->crc == luo_pool_block_crc(block) &&
	       !block->next;
}

static struct luo_pool_block_ser *luo_pool_in_block(struct luo_pool_in *pool,
						    u64 address)
{
	unsigned long cursor;
	u64 *block;

	luo_index_for_each(&pool->blocks, address, cursor, block)
		return (struct luo_pool_block_ser *)block;

	return NULL;
}

/**
 * luo_pool_in_get - Take over an allocation of the previous kernel.
 * @pool:    The pool.
 * @address: What it says is the physical address: any number.
 * @size:    What it says is the size in bytes, at most
 *           %LUO_OBJECT_SIZE_MAX.
 *
 * Return: 0; the memory is at phys_to_virt(@address) until luo_pool_in_put().
 * -EBADMSG if there is no such allocation, -ENOMEM; nothing is taken over then.
 */
int luo_pool_in_get(struct luo_pool_in *pool, u64 address, size_t size)
{
	u64 start = ALIGN_DOWN(address, PAGE_SIZE);
	u64 offset = address - start;
	struct luo_pool_block_ser *block;
	int order, err;

	if (offset < sizeof(*block) || !IS_ALIGNED(address, LUO_POOL_ALIGN))
		return -EBADMSG;

	block = luo_pool_in_block(pool, start);
	if (block) {
		if (offset + size > PAGE_SIZE << block->order)
			return -EBADMSG;
		block->live++;
		return 0;
	}

	order = pool->handover->order(start);
	if (order < 0)
		return -EBADMSG;

	block = phys_to_virt(start);
	if (!luo_pool_block_valid(block, start, order) ||
	    offset + size > PAGE_SIZE << order)
		return -EBADMSG;

	err = luo_index_add(&pool->blocks, &block->self, GFP_KERNEL);
	if (err)
		return err;

	if (!pool->handover->claim(start, order)) {
		luo_index_del(&pool->blocks, &block->self);
		return -EBADMSG;
	}
	block->live = 1;

	return 0;
}

/**
 * luo_pool_in_put - Free an allocation of the previous kernel.
 * @pool:    The pool.
 * @address: As was given to luo_pool_in_get().
 */
void luo_pool_in_put(struct luo_pool_in *pool, u64 address)
{
	struct luo_pool_block_ser *block = luo_pool_block(phys_to_virt(address));

	if (--block->live)
		return;

	luo_index_del(&pool->blocks, &block->self);
	pool->handover->release(block, block->order);
}
