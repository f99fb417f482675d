// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pool blocks of the previous kernel
 *
 * An allocation of the previous kernel is found by its physical address, which may be
 * any number. Only memory in a block is read, and this kernel owns a block only after
 * one caller has claimed it. The head of a block is copied, checked, and kept on the
 * heap.
 *
 * Blocks that stand alone are claimed with the first reference to an allocation
 * in them and released with the last one, for the objects. The blocks of a chain
 * are added and claimed together, for luo_pool.c.
 *
 * It is called by luo_object_in.c and luo_pool.c. It calls luo_pool_block.c,
 * luo_index.c and the handover. Callers must serialise the calls for one pool.
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
 * @address: Expected physical address of the block: any number.
 * @place:   Its expected place in a chain, NULL if it should stand alone.
 * @head:    Set to a copy of its head.
 *
 * Return: 0; -EBADMSG if there is no such block; -ENOMEM if there is no memory.
 */
int luo_pool_in_add(struct luo_pool_in *pool, u64 address,
		    const struct luo_pool_place *place,
		    struct luo_pool_block_ser *head)
{
	struct luo_pool_in_block *block;
	int err;

	err = luo_pool_block_read(address, place, head);
	if (err)
		return err;

	block = kzalloc_obj(*block, GFP_KERNEL);
	if (!block)
		return -ENOMEM;

	block->address = address;
	block->order = luo_pool_block_order(head);
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
 * Claims the blocks of a chain in one fixed order, the last one first. Of two callers that
 * restore the same chain, the one that claims the first of them gets all of it.
 *
 * Return: 0; -EBADMSG if another caller has claimed a block.
 */
int luo_pool_in_claim(struct luo_pool_in *pool)
{
	struct luo_pool_in_block *block;

	hlist_for_each_entry(block, &pool->list, list) {
		if (!luo_handover_claim(block->address, block->order))
			return -EBADMSG;
		block->claimed = true;
	}

	return 0;
}

/**
 * luo_pool_in_find - Find the block that memory is in.
 * @pool:    The pool.
 * @address: Physical address of the memory: any number.
 * @size:    Size of the memory in bytes: any number.
 *
 * Return: The block; NULL unless all of the memory is in one block of the pool.
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
 * luo_pool_in_release - Remove a block from the pool, and free it if it was claimed.
 * @pool:  The pool.
 * @block: The block.
 */
void luo_pool_in_release(struct luo_pool_in *pool,
			 struct luo_pool_in_block *block)
{
	if (block->claimed)
		luo_handover_release(phys_to_virt(block->address), block->order);
	luo_pool_in_remove(pool, block);
}

/**
 * luo_pool_in_forget - Free the heap memory of a pool, but not its pages.
 * @pool: The pool. It is empty and can be used again.
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

/* Add and claim the block of the first allocation that a caller gets in it. */
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
	    !luo_handover_claim(start, block->order)) {
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
 * @address: Its physical address: any number.
 * @size:    Its size in bytes: any number.
 *
 * On success the memory is at phys_to_virt(@address) until luo_pool_in_put(). On
 * failure no reference is taken.
 *
 * Return: 0; -EBADMSG if there is no such allocation; -ENOMEM if there is no memory.
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
 * @address: The address that was passed to luo_pool_in_get().
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
