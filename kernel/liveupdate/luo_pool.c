// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools of small preserved allocations
 *
 * A pool is for a subsystem with many small things to hand over: they share
 * pages and keys, point at each other by their physical addresses, and the pool
 * has one number by which the next kernel finds it, its handle, which any object
 * may carry. All of a pool is freed at once, in this kernel when a save is called
 * off, and in the next one when everything was read.
 *
 * The blocks of a pool (luo_pool_block.c) are chained as they are allocated, so
 * that a pool is whole at every moment. In the next kernel all are checked and
 * taken over before anything in them is looked at, and an address is given to
 * nobody that is not inside one of them.
 *
 * It is called by whoever stores objects, as PKRAM does. Callers bring the
 * locking of each pool.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

/**
 * struct luo_pool - A pool.
 * @handover: Where the pages come from.
 * @handle:   Physical address of the first block, 0 while there is none.
 * @last:     The last block, NULL while there is none.
 * @nr_blocks: How many there are.
 * @cut:      What allocations are cut from, without and with %LUO_POOL_KEEP.
 * @blocks:   Of a pool of the previous kernel, its blocks by address.
 * @size:     Of those, the bytes.
 * @restored: It is one of the previous kernel.
 */
struct luo_pool {
	const struct luo_handover *handover;
	u64 handle;
	struct luo_pool_block_ser *last;
	u64 nr_blocks;
	struct luo_pool_out cut[2];
	struct luo_index blocks;
	u64 size;
	bool restored;
};

static u32 luo_pool_chained_crc(u64 handle, u64 sequence,
				const struct luo_pool_block_ser *block)
{
	u32 crc = crc32c(~0, &handle, sizeof(handle));

	crc = crc32c(crc, &sequence, sizeof(sequence));

	return crc32c(crc, block, offsetof(struct luo_pool_block_ser, crc));
}

static unsigned int luo_pool_order(const struct luo_pool_block_ser *block)
{
	return block->order & LUO_POOL_BLOCK_ORDER;
}

static struct luo_pool_block_ser *luo_pool_next(struct luo_pool_block_ser *block)
{
	return block->next ? phys_to_virt(block->next) : NULL;
}

static void luo_pool_chain(struct luo_pool *pool,
			   struct luo_pool_block_ser *block, unsigned int flags)
{
	if (!pool->last)
		pool->handle = block->self;

	block->magic = LUO_POOL_CHAINED_MAGIC;
	if (flags & LUO_POOL_KEEP)
		block->order |= LUO_POOL_BLOCK_KEEP;
	block->crc = luo_pool_chained_crc(pool->handle, pool->nr_blocks++,
					  block);

	/* The block has to be whole before the chain leads to it. */
	smp_wmb();
	if (pool->last)
		WRITE_ONCE(pool->last->next, block->self);
	pool->last = block;
}

/**
 * luo_pool_create_from - luo_pool_create() with a handover to choose.
 * @handover: Where the pages come from.
 * @gfp:      How to allocate.
 *
 * Return: As luo_pool_create().
 */
struct luo_pool *luo_pool_create_from(const struct luo_handover *handover,
				      gfp_t gfp)
{
	struct luo_pool *pool = kzalloc_obj(*pool, gfp);
	struct luo_pool_block_ser *block;

	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->handover = handover;
	pool->cut[0].handover = handover;
	pool->cut[1].handover = handover;

	/* An allocation of no size is what makes a block. */
	block = luo_pool_out_alloc(&pool->cut[0], 0, gfp);
	if (!block) {
		kfree(pool);
		return ERR_PTR(-ENOMEM);
	}
	luo_pool_chain(pool, luo_pool_block(block), 0);

	return pool;
}

static bool luo_pool_chained_valid(const struct luo_pool *pool,
				   const struct luo_pool_block_ser *block,
				   u64 address, unsigned int order)
{
	return block->self == address &&
	       block->magic == LUO_POOL_CHAINED_MAGIC &&
	       (block->order & ~LUO_POOL_BLOCK_KEEP) == order &&
	       block->crc == luo_pool_chained_crc(pool->handle,
						  pool->nr_blocks, block);
}

/*
 * Find and check all blocks. Nothing is changed, so that a pool that cannot be
 * restored for want of memory can be restored later.
 */
static int luo_pool_check(struct luo_pool *pool)
{
	u64 address = pool->handle;
	struct luo_pool_block_ser *block;
	int order, err;

	do {
		order = pool->handover->order(address);
		if (order < 0)
			return -EBADMSG;

		/* As a block has one place in one chain, no chain is a loop. */
		block = phys_to_virt(address);
		if (!luo_pool_chained_valid(pool, block, address, order))
			return -EBADMSG;

		err = luo_index_add(&pool->blocks, &block->self, GFP_KERNEL);
		if (err)
			return err;
		pool->nr_blocks++;
		pool->size += PAGE_SIZE << order;
		address = block->next;
	} while (address);

	return 0;
}

/**
 * luo_pool_open - Find a pool of the previous kernel.
 * @handover: Where the pages come from.
 * @handle:   What the object says: any number.
 *
 * The pool is checked, and its memory can be looked at with luo_pool_find().
 * Nothing is taken over: that it is whole does not say whose it is.
 *
 * Return: As luo_pool_restore().
 */
struct luo_pool *luo_pool_open(const struct luo_handover *handover, u64 handle)
{
	struct luo_pool *pool = kzalloc_obj(*pool, GFP_KERNEL);
	int err;

	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->handover = handover;
	pool->handle = handle;
	pool->restored = true;

	err = luo_pool_check(pool);
	if (err) {
		luo_pool_free(pool);
		return ERR_PTR(err);
	}

	return pool;
}

/**
 * luo_pool_claim - Take over a pool of the previous kernel.
 * @pool: What luo_pool_open() found, whose blocks are free with it from here on.
 */
void luo_pool_claim(struct luo_pool *pool)
{
	struct luo_pool_block_ser *block;

	for (block = phys_to_virt(pool->handle); block;
	     block = luo_pool_next(block)) {
		pool->handover->claim(block->self, luo_pool_order(block));
		block->live = 1;
		pool->last = block;
	}
}

/**
 * luo_pool_restore_from - luo_pool_restore() with a handover to choose.
 * @handover: Where the pages come from.
 * @handle:   What the object says.
 *
 * Return: As luo_pool_restore().
 */
struct luo_pool *luo_pool_restore_from(const struct luo_handover *handover,
				       u64 handle)
{
	struct luo_pool *pool = luo_pool_open(handover, handle);

	if (!IS_ERR(pool))
		luo_pool_claim(pool);

	return pool;
}

/**
 * luo_pool_forget - Free what a pool has on the heap, and nothing else.
 * @pool: The pool, whose pages went to the next kernel; for tests.
 */
void luo_pool_forget(struct luo_pool *pool)
{
	luo_index_destroy(&pool->blocks);
	kfree(pool);
}

/**
 * luo_pool_create - Create a pool.
 * @gfp: How to allocate its first page. Not %__GFP_MOVABLE.
 *
 * The page is in the handover at once; that the next kernel finds it takes an
 * object with the handle in it.
 *
 * Context: Process context, may sleep.
 * Return: The pool, which luo_pool_free() frees; ERR_PTR(-ENOMEM).
 */
struct luo_pool *luo_pool_create(gfp_t gfp)
{
	return luo_pool_create_from(&luo_handover_kho, gfp);
}
EXPORT_SYMBOL_GPL(luo_pool_create);

/**
 * luo_pool_handle - What leads the next kernel to a pool.
 * @pool: The pool.
 *
 * Return: Its handle, a physical address, which never changes.
 */
u64 luo_pool_handle(const struct luo_pool *pool)
{
	return pool->handle;
}
EXPORT_SYMBOL_GPL(luo_pool_handle);

/**
 * luo_pool_alloc - Allocate preserved memory from a pool.
 * @pool:  A pool of this kernel.
 * @size:  How many bytes, not 0. A size of PAGE_SIZE << n less
 *         sizeof(&struct luo_pool_block_ser) fills 2^n pages.
 * @gfp:   How to get a new page if one is needed. Not %__GFP_MOVABLE. The
 *         memory is zeroed if %__GFP_ZERO is in it.
 * @flags: %LUO_POOL_KEEP or 0. The two do not share pages.
 *
 * Context: Process context, may sleep.
 * Return: Memory, 8-byte aligned, whose virt_to_phys() the next kernel gives to
 * luo_pool_memory(); NULL when there is none, or the pool is one of the previous
 * kernel.
 */
void *luo_pool_alloc(struct luo_pool *pool, size_t size, gfp_t gfp,
		     unsigned int flags)
{
	struct luo_pool_out *cut = &pool->cut[!!(flags & LUO_POOL_KEEP)];
	struct luo_pool_block_ser *block;
	void *mem;

	if (pool->restored || !size)
		return NULL;

	mem = luo_pool_out_alloc(cut, size, gfp);
	if (!mem)
		return NULL;

	/* The first allocation of a block. */
	block = luo_pool_block(mem);
	if (block->magic != LUO_POOL_CHAINED_MAGIC)
		luo_pool_chain(pool, block, flags);

	return mem;
}
EXPORT_SYMBOL_GPL(luo_pool_alloc);

/**
 * luo_pool_restore - Take over a pool of the previous kernel.
 * @handle: What the object says: any number.
 *
 * Either all of it is taken over, or nothing is changed.
 *
 * Context: Process context, may sleep.
 * Return: The pool, which luo_pool_free() frees; ERR_PTR(-EBADMSG) if there is
 * no whole pool at @handle; ERR_PTR(-ENOMEM).
 */
struct luo_pool *luo_pool_restore(u64 handle)
{
	return luo_pool_restore_from(&luo_handover_kho, handle);
}
EXPORT_SYMBOL_GPL(luo_pool_restore);

/**
 * luo_pool_size - How large a pool of the previous kernel is.
 * @pool: The pool.
 *
 * Return: The bytes of all its blocks: no sum of allocations is larger.
 */
u64 luo_pool_size(const struct luo_pool *pool)
{
	return pool->size;
}

/**
 * luo_pool_find - The memory at an address in a pool of the previous kernel.
 * @pool:    The pool.
 * @address: Any number.
 * @size:    How many bytes there have to be.
 *
 * Takes no reference, whatever the previous kernel says of the memory.
 *
 * Return: The memory; NULL if it is not all in one block of the pool.
 */
void *luo_pool_find(const struct luo_pool *pool, u64 address, size_t size)
{
	u64 start = ALIGN_DOWN(address, PAGE_SIZE);
	const struct luo_pool_block_ser *block;
	unsigned long cursor = 0;

	block = (void *)luo_index_next(&pool->blocks, start, &cursor);
	if (!block || address - start < sizeof(*block) ||
	    !IS_ALIGNED(address, LUO_POOL_ALIGN) ||
	    size > (PAGE_SIZE << luo_pool_order(block)) - (address - start))
		return NULL;

	return phys_to_virt(address);
}

/**
 * luo_pool_memory - The memory at an address in a pool.
 * @pool:    The pool.
 * @address: Physical address of an allocation. In a pool of the previous kernel
 *           any number.
 * @size:    How many bytes there have to be.
 *
 * Of what was allocated with %LUO_POOL_KEEP, and only in the next kernel, each
 * call takes a reference that luo_pool_put() drops.
 *
 * Return: The memory; NULL if it is not all in one block of the pool.
 */
void *luo_pool_memory(struct luo_pool *pool, u64 address, size_t size)
{
	struct luo_pool_block_ser *block;
	void *mem;

	if (!pool->restored)
		return phys_to_virt(address);

	mem = luo_pool_find(pool, address, size);
	if (!mem)
		return NULL;

	block = luo_pool_block(mem);
	if (block->order & LUO_POOL_BLOCK_KEEP)
		block->live++;

	return mem;
}
EXPORT_SYMBOL_GPL(luo_pool_memory);

/**
 * luo_pool_put_to - luo_pool_put() with a handover to choose.
 * @handover: Where the pages came from.
 * @mem:      The memory.
 */
void luo_pool_put_to(const struct luo_handover *handover, void *mem)
{
	struct luo_pool_block_ser *block = luo_pool_block(mem);

	if (!--block->live)
		handover->release(block, luo_pool_order(block));
}

/**
 * luo_pool_put - Free memory that outlived the restore of its pool.
 * @mem: What luo_pool_memory() returned for an allocation with %LUO_POOL_KEEP.
 *
 * Such allocations share pages, hence calls for those of one pool need one lock.
 *
 * Context: Any.
 */
void luo_pool_put(void *mem)
{
	luo_pool_put_to(&luo_handover_kho, mem);
}
EXPORT_SYMBOL_GPL(luo_pool_put);

/**
 * luo_pool_free - Free a pool and all that was allocated from it.
 * @pool: The pool. Of one of the previous kernel, what is held by references
 *        that luo_pool_memory() gave stays until these are put.
 *
 * Context: Process context, may sleep.
 */
void luo_pool_free(struct luo_pool *pool)
{
	struct luo_pool_block_ser *block, *next;

	block = pool->last ? phys_to_virt(pool->handle) : NULL;
	for (; block; block = next) {
		next = luo_pool_next(block);
		if (pool->restored)
			luo_pool_put_to(pool->handover, block);
		else
			pool->handover->free(block, luo_pool_order(block));
	}
	luo_pool_forget(pool);
}
EXPORT_SYMBOL_GPL(luo_pool_free);
