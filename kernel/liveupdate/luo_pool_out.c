// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Blocks of small preserved allocations
 *
 * Allocations are placed one after the other in a block of one page. The head of the
 * block counts the allocations in use, and the block is freed with the last one. An
 * allocation that does not fit into a page has its own block.
 *
 * It is called by luo_object_out.c and luo_pool.c. It calls luo_pool_block.c and the
 * handover. Callers must serialise the calls for one pool.
 */

#include <linux/align.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

/**
 * luo_pool_out_block - Allocate a block.
 * @size:     Size in bytes of the allocation that must fit into it.
 * @gfp:      Allocation mask.
 *
 * Return: A block that is not part of any pool yet, or NULL.
 */
struct luo_pool_block_ser *luo_pool_out_block(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(sizeof(struct luo_pool_block_ser) + size);
	struct luo_pool_block_ser *block;

	block = luo_handover_alloc(order, gfp & ~__GFP_ZERO);
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
 * luo_pool_out_begin - Allocate a new current block.
 * @pool: The pool.
 * @gfp:  Allocation mask.
 *
 * Return: The block, one page without an allocation, or NULL.
 */
struct luo_pool_block_ser *luo_pool_out_begin(struct luo_pool_out *pool,
					      gfp_t gfp)
{
	struct luo_pool_block_ser *block = luo_pool_out_block(0, gfp);

	if (block) {
		pool->current_block = block;
		pool->used = sizeof(*block);
	}

	return block;
}

/* Check whether an allocation fits into the current block. */
static bool luo_pool_out_fits(const struct luo_pool_out *pool, size_t size)
{
	return pool->current_block && size <= PAGE_SIZE - pool->used;
}

/**
 * luo_pool_out_full - Check whether an allocation needs another block.
 * @pool: The pool.
 * @size: Size of the allocation in bytes, not 0 and at most %LUO_OBJECT_SIZE_MAX.
 *
 * Return: true if luo_pool_out_suballoc() needs a block for that size.
 */
bool luo_pool_out_full(const struct luo_pool_out *pool, size_t size)
{
	return !luo_pool_out_fits(pool, ALIGN(size, LUO_POOL_ALIGN));
}

/**
 * luo_pool_out_suballoc - Allocate preserved memory without calling the allocator.
 * @pool:  The pool.
 * @size:  Size of the allocation in bytes, as for luo_pool_out_full().
 * @block: A block from luo_pool_out_block() for that size. Used, and set to NULL, only
 *         if luo_pool_out_full().
 *
 * Return: Memory, 8-byte aligned, not zeroed.
 */
void *luo_pool_out_suballoc(struct luo_pool_out *pool, size_t size,
			    struct luo_pool_block_ser **block)
{
	void *mem;

	size = ALIGN(size, LUO_POOL_ALIGN);
	if (!luo_pool_out_fits(pool, size)) {
		struct luo_pool_block_ser *new = *block;

		*block = NULL;
		if (size > PAGE_SIZE - sizeof(*new)) {
			new->live = 1;
			return new + 1;
		}
		pool->current_block = new;
		pool->used = sizeof(*new);
	}

	mem = (void *)pool->current_block + pool->used;
	pool->used += size;
	pool->current_block->live++;

	return mem;
}

/**
 * luo_pool_out_alloc - Allocate preserved memory.
 * @pool: The pool.
 * @size: Size in bytes: any number, including the saturated result of struct_size().
 * @gfp:  Allocation mask for a new block.
 *
 * Return: Memory, 8-byte aligned, zeroed if @gfp has %__GFP_ZERO; NULL if @size is 0
 * or more than LUO_POOL_FILL() of the largest order, or if there is no memory.
 */
void *luo_pool_out_alloc(struct luo_pool_out *pool, size_t size, gfp_t gfp)
{
	struct luo_pool_block_ser *block = NULL;
	void *mem;

	if (!size || size > LUO_POOL_FILL(MAX_PAGE_ORDER))
		return NULL;

	if (luo_pool_out_full(pool, size)) {
		block = luo_pool_out_block(ALIGN(size, LUO_POOL_ALIGN), gfp);
		if (!block)
			return NULL;
	}

	mem = luo_pool_out_suballoc(pool, size, &block);
	if (gfp & __GFP_ZERO)
		memset(mem, 0, ALIGN(size, LUO_POOL_ALIGN));

	return mem;
}

/**
 * luo_pool_out_drop - Free an allocation without calling the allocator.
 * @pool: The pool.
 * @mem:  The memory.
 *
 * Return: The block of @mem, which the caller must free, if @mem was its last
 * allocation; else NULL.
 */
struct luo_pool_block_ser *luo_pool_out_drop(struct luo_pool_out *pool,
					     void *mem)
{
	struct luo_pool_block_ser *block = luo_pool_block(mem);

	if (--block->live)
		return NULL;

	if (block == pool->current_block)
		pool->current_block = NULL;

	return block;
}

/**
 * luo_pool_out_free - Free an allocation.
 * @pool: The pool.
 * @mem:  Memory that luo_pool_out_alloc() returned, or NULL.
 */
void luo_pool_out_free(struct luo_pool_out *pool, void *mem)
{
	struct luo_pool_block_ser *block;

	block = mem ? luo_pool_out_drop(pool, mem) : NULL;
	if (block)
		luo_handover_free(block, luo_pool_block_order(block));
}
