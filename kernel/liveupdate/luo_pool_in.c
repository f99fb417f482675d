// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pool blocks of the previous kernel
 *
 * The previous kernel leads to an allocation by its physical address, which may
 * be any number. No memory is looked at that is not in a block, and a block is
 * this kernel's once it is claimed, by one caller. What the head of a block says
 * is copied and checked, and kept on the heap.
 *
 * Blocks that stand alone are claimed with the first reference to an allocation
 * in them and released with the last one, for the objects. The blocks of a chain
 * are added and claimed together, for luo_pool.c.
 *
 * It calls luo_pool_block.c and the handover.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

static void luo_pool_in_remove(struct luo_pool_in *pool,
			       struct luo_pool_in_block *block)
{
	luo_index_del(&pool->blocks, &block->address);
	hlist_del(&block->list);
	kfree(block);
}

/**
 * luo_pool_in_add - Check a block and add it, without claiming it.
 * @pool:    The pool.
 * @address: Where the block should be: any number.
 * @place:   Where it should be in a chain, NULL if it should stand alone.
 * @head:    Set to a copy of its head.
 *
 * Return: 0; -EBADMSG if there is no such block; -ENOMEM.
 */
int luo_pool_in_add(struct luo_pool_in *pool, u64 address,
		    const struct luo_pool_place *place,
		    struct luo_pool_block_ser *head)
{
	struct luo_pool_in_block *block;
	int err;

	err = luo_pool_block_read(pool->handover, address, place, head);
	if (err)
		return err;

	block = kzalloc_obj(*block, GFP_KERNEL);
	if (!block)
		return -ENOMEM;

	block->address = address;
	block->order = luo_pool_block_order(head);
	block->keep = head->order & LUO_POOL_BLOCK_KEEP;
	err = luo_index_add(&pool->blocks, &block->address, GFP_KERNEL);
	if (err) {
		kfree(block);
		return err;
	}
	hlist_add_head(&block->list, &pool->list);

	return 0;
}

/**
 * luo_pool_in_claim - Claim all blocks that were added.
 * @pool: The pool.
 *
 * All callers claim the blocks of a chain in the same order, so that the first
 * of them decides between two that have the same chain.
 *
 * Return: 0; -EBADMSG if a block was claimed by another caller.
 */
int luo_pool_in_claim(struct luo_pool_in *pool)
{
	struct luo_pool_in_block *block;

	hlist_for_each_entry(block, &pool->list, list) {
		if (!pool->handover->claim(block->address, block->order))
			return -EBADMSG;
		block->claimed = true;
	}

	return 0;
}

/**
 * luo_pool_in_find - Find the block that memory is in.
 * @pool:    The pool.
 * @address: Where the memory should be: any number.
 * @size:    How many bytes there should be: any number.
 *
 * Return: The block; NULL if the memory is not all in one block of the pool.
 */
struct luo_pool_in_block *luo_pool_in_find(const struct luo_pool_in *pool,
					   u64 address, size_t size)
{
	u64 start = ALIGN_DOWN(address, PAGE_SIZE);
	struct luo_pool_in_block *block;
	unsigned long cursor = 0;

	block = (void *)luo_index_next(&pool->blocks, start, &cursor);
	if (!block || address - start < sizeof(struct luo_pool_block_ser) ||
	    !IS_ALIGNED(address, LUO_POOL_ALIGN) ||
	    size > (PAGE_SIZE << block->order) - (address - start))
		return NULL;

	return block;
}

/**
 * luo_pool_in_release - Free a block, if it was claimed, and forget it.
 * @pool:  The pool.
 * @block: The block.
 */
void luo_pool_in_release(struct luo_pool_in *pool,
			 struct luo_pool_in_block *block)
{
	if (block->claimed)
		pool->handover->release(phys_to_virt(block->address),
					block->order);
	luo_pool_in_remove(pool, block);
}

/**
 * luo_pool_in_forget - Free what a pool has on the heap, and nothing else.
 * @pool: The pool. It can be used again.
 */
void luo_pool_in_forget(struct luo_pool_in *pool)
{
	struct luo_pool_in_block *block;
	struct hlist_node *next;

	hlist_for_each_entry_safe(block, next, &pool->list, list)
		kfree(block);
	INIT_HLIST_HEAD(&pool->list);
	luo_index_destroy(&pool->blocks);
}

/* Claim the block of an allocation that is the first one asked for in it. */
static int luo_pool_in_open(struct luo_pool_in *pool, u64 address, size_t size)
{
	u64 start = ALIGN_DOWN(address, PAGE_SIZE);
	struct luo_pool_block_ser head;
	struct luo_pool_in_block *block;
	unsigned long cursor = 0;
	int err;

	err = luo_pool_in_add(pool, start, NULL, &head);
	if (err)
		return err;

	block = (void *)luo_index_next(&pool->blocks, start, &cursor);
	if (luo_pool_in_find(pool, address, size) != block ||
	    !pool->handover->claim(start, block->order)) {
		luo_pool_in_remove(pool, block);
		return -EBADMSG;
	}
	block->claimed = true;
	block->live = 1;

	return 0;
}

/**
 * luo_pool_in_get - Take a reference to an allocation of the previous kernel.
 * @pool:    The pool.
 * @address: What it says is the physical address: any number.
 * @size:    What it says is the size in bytes: any number.
 *
 * Return: 0; the memory is at phys_to_virt(@address) until luo_pool_in_put().
 * -EBADMSG if there is no such allocation, -ENOMEM; no reference is taken then.
 */
int luo_pool_in_get(struct luo_pool_in *pool, u64 address, size_t size)
{
	unsigned long cursor = 0;
	struct luo_pool_in_block *block;

	if (!luo_index_next(&pool->blocks, ALIGN_DOWN(address, PAGE_SIZE),
			    &cursor))
		return luo_pool_in_open(pool, address, size);

	block = luo_pool_in_find(pool, address, size);
	if (!block)
		return -EBADMSG;
	block->live++;

	return 0;
}

/**
 * luo_pool_in_put - Drop a reference that luo_pool_in_get() took.
 * @pool:    The pool.
 * @address: As was given to luo_pool_in_get().
 */
void luo_pool_in_put(struct luo_pool_in *pool, u64 address)
{
	struct luo_pool_in_block *block;
	unsigned long cursor = 0;

	block = (void *)luo_index_next(&pool->blocks,
				       ALIGN_DOWN(address, PAGE_SIZE), &cursor);
	if (!--block->live)
		luo_pool_in_release(pool, block);
}
