// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools of small preserved allocations
 *
 * A pool is for a subsystem that hands over many small structures. They share pages
 * and keys, and refer to each other by physical addresses. The next kernel finds the
 * pool by its handle, which any object may carry. All memory of a pool is freed at
 * once: in this kernel when a save is cancelled, and in the next one when all of it
 * was read.
 *
 * A block is linked into the chain of its pool when it is allocated, so that the
 * chain is complete at every moment. The next kernel checks and claims all blocks
 * before a caller gets an address in them. Only one caller can claim them.
 *
 * It is called by subsystems that store objects, and by PKRAM. It calls
 * luo_pool_out.c and luo_pool_in.c. Callers must serialise the calls for one pool.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "luo_handover.h"
#include "luo_pool_internal.h"

/**
 * struct luo_pool - A pool.
 * @handle:   Physical address of the first block.
 * @nr_blocks: Number of blocks.
 * @out:      In a pool of this kernel, its allocations.
 * @last:     In a pool of this kernel, the last block.
 * @in:       In a pool of the previous kernel, the blocks.
 * @size:     In a pool of the previous kernel, the size of all blocks in bytes.
 * @restored: True in a pool of the previous kernel.
 */
struct luo_pool {
	u64 handle;
	u64 nr_blocks;
	struct luo_pool_out out;
	struct luo_pool_block_ser *last;
	struct luo_pool_in in;
	u64 size;
	bool restored;
};

static void luo_pool_chain(struct luo_pool *pool,
			   struct luo_pool_block_ser *block)
{
	struct luo_pool_place place;

	if (!pool->last)
		pool->handle = block->self;

	place = (struct luo_pool_place){ pool->handle, pool->nr_blocks++ };
	block->magic = LUO_POOL_CHAINED_MAGIC;
	block->crc = luo_pool_block_crc(block, &place);

	/* A kexec may stop this CPU here: complete the block before linking it. */
	smp_wmb();
	if (pool->last)
		WRITE_ONCE(pool->last->next, block->self);
	pool->last = block;
}

/**
 * luo_pool_create - Create a pool.
 * @gfp: Allocation mask for the first page.
 *
 * The page is preserved when the call returns. The next kernel finds it only if an
 * object with the handle in it is stored.
 *
 * Context: Process context, may sleep.
 * Return: The pool, which the caller owns and frees with luo_pool_free();
 * ERR_PTR(-EINVAL) if @gfp has %__GFP_MOVABLE or %__GFP_HIGHMEM; ERR_PTR(-ENOMEM) if
 * there is no memory.
 */
struct luo_pool *luo_pool_create(gfp_t gfp)
{
	struct luo_pool_block_ser *block;
	struct luo_pool *pool;

	if (!luo_handover_gfp_valid(gfp))
		return ERR_PTR(-EINVAL);

	pool = kzalloc_obj(*pool, gfp);
	if (!pool)
		return ERR_PTR(-ENOMEM);

	block = luo_pool_out_begin(&pool->out, gfp);
	if (!block) {
		kfree(pool);
		return ERR_PTR(-ENOMEM);
	}
	luo_pool_chain(pool, block);

	return pool;
}

/* Check all blocks without claiming one, so that a caller may retry after -ENOMEM. */
static int luo_pool_check(struct luo_pool *pool)
{
	struct luo_pool_place place = { .handle = pool->handle };
	u64 address = pool->handle;
	struct luo_pool_block_ser head;
	int err;

	/* A block is valid at one place of one chain, so a loop ends the walk. */
	do {
		err = luo_pool_in_add(&pool->in, address, &place, &head);
		if (err)
			return err;
		place.sequence++;
		pool->size += PAGE_SIZE << luo_pool_block_order(&head);
		address = head.next;
		cond_resched();
	} while (address);
	pool->nr_blocks = place.sequence;

	return 0;
}

/**
 * luo_pool_restore_root - Restore a pool and check that an allocation is in it.
 * @handle:   Handle of the pool: any number.
 * @root:     Physical address of an allocation that must be in the pool: any number.
 *            If it is not, the handle is that of another pool.
 * @size:     Size of that allocation in bytes; 0 to skip this check.
 *
 * Return: As luo_pool_restore(); ERR_PTR(-EBADMSG) if @root is not in the pool.
 */
struct luo_pool *luo_pool_restore_root(u64 handle, u64 root, size_t size)
{
	struct luo_pool *pool = kzalloc_obj(*pool, GFP_KERNEL);
	int err;

	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->handle = handle;
	pool->restored = true;

	err = luo_pool_check(pool);
	if (!err && size && !luo_pool_in_find(&pool->in, root, size))
		err = -EBADMSG;
	if (!err)
		err = luo_pool_in_claim(&pool->in);
	if (err) {
		luo_pool_free(pool);
		return ERR_PTR(err);
	}

	return pool;
}

/**
 * luo_pool_forget - Free the heap memory of a pool, but not its pages.
 * @pool: The pool.
 *
 * For tests, in which another set restores the pages.
 */
void luo_pool_forget(struct luo_pool *pool)
{
	luo_pool_in_forget(&pool->in);
	kfree(pool);
}

/**
 * luo_pool_handle - Get the handle of a pool.
 * @pool: The pool.
 *
 * Context: Any.
 * Return: The handle, a physical address that never changes.
 */
u64 luo_pool_handle(const struct luo_pool *pool)
{
	return pool->handle;
}

/**
 * luo_pool_alloc - Allocate preserved memory from a pool.
 * @pool:  A pool of this kernel.
 * @size:  Size in bytes. LUO_POOL_FILL(n) fills 2^n pages.
 * @gfp:   Allocation mask for a new block. %__GFP_ZERO zeroes the memory.
 *
 * Context: Process context, may sleep.
 * Return: Memory, 8-byte aligned, which the next kernel finds by passing its physical
 * address to luo_pool_memory(); NULL if @size is 0 or more than LUO_POOL_FILL() of
 * the largest order, if @gfp has %__GFP_MOVABLE or %__GFP_HIGHMEM, if the pool is
 * one of the previous kernel, or if there is no memory.
 */
void *luo_pool_alloc(struct luo_pool *pool, size_t size, gfp_t gfp)
{
	struct luo_pool_block_ser *block;
	void *mem;

	if (pool->restored || !luo_handover_gfp_valid(gfp))
		return NULL;

	mem = luo_pool_out_alloc(&pool->out, size, gfp);
	if (!mem)
		return NULL;

	/* The first allocation in a block: link the block. */
	block = luo_pool_block(mem);
	if (block->magic != LUO_POOL_CHAINED_MAGIC)
		luo_pool_chain(pool, block);

	return mem;
}

/**
 * luo_pool_restore - Restore a pool of the previous kernel.
 * @handle: The handle as read from an object: any number.
 *
 * Either restores all of the pool, or changes nothing.
 *
 * Context: Process context, may sleep.
 * Return: The pool, which the caller owns and frees with luo_pool_free();
 * ERR_PTR(-EBADMSG) if there is no pool at @handle, or it is corrupt or already
 * restored; ERR_PTR(-ENOMEM) if there is no memory.
 */
struct luo_pool *luo_pool_restore(u64 handle)
{
	return luo_pool_restore_root(handle, 0, 0);
}

/**
 * luo_pool_size - Get the size of a pool of the previous kernel.
 * @pool: The pool.
 *
 * Return: The size of all its blocks in bytes, an upper bound of the size of all
 * allocations.
 */
u64 luo_pool_size(const struct luo_pool *pool)
{
	return pool->size;
}

/**
 * luo_pool_memory - Find the memory at an address in a pool.
 * @pool:    The pool.
 * @address: Physical address of an allocation; in a pool of the previous kernel, any
 *           number.
 * @size:    Size of the memory in bytes.
 *
 * Context: Any.
 * Return: The memory; NULL unless all of it is in one block of the pool.
 */
void *luo_pool_memory(const struct luo_pool *pool, u64 address, size_t size)
{
	if (pool->restored && !luo_pool_in_find(&pool->in, address, size))
		return NULL;

	return phys_to_virt(address);
}

static void luo_pool_free_out(struct luo_pool *pool)
{
	struct luo_pool_block_ser *block, *next;

	for (block = phys_to_virt(pool->handle); block; block = next) {
		next = block->next ? phys_to_virt(block->next) : NULL;
		luo_handover_free(block, luo_pool_block_order(block));
	}
}

static void luo_pool_free_in(struct luo_pool_in *in)
{
	struct luo_pool_in_block *block;
	struct hlist_node *next;

	hlist_for_each_entry_safe(block, next, &in->list, list)
		luo_pool_in_release(in, block);
}

/**
 * luo_pool_free - Free a pool and all allocations in it.
 * @pool: The pool.
 *
 * Context: Process context, may sleep.
 */
void luo_pool_free(struct luo_pool *pool)
{
	if (pool->restored)
		luo_pool_free_in(&pool->in);
	else
		luo_pool_free_out(pool);
	luo_pool_forget(pool);
}
