// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools of small preserved allocations
 *
 * A pool is for a subsystem with many small things to hand over: they share
 * pages and keys, point at each other by their physical addresses, and the pool
 * has one number by which the next kernel finds it, its handle, which any object
 * may carry. All of a pool is freed at once, in this kernel when a save is
 * cancelled, and in the next one when everything was read.
 *
 * The blocks of a pool are chained as they are allocated, so that a pool is whole
 * at every moment. In the next kernel all are checked and claimed before a caller
 * gets an address in them, and only one caller can claim them.
 *
 * Subsystems that store objects call it, as PKRAM does. It calls luo_pool_out.c
 * and luo_pool_in.c. Callers bring the locking of each pool.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
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
 * @nr_blocks: How many blocks there are.
 * @out:      Of a pool of this kernel, its allocations without and with
 *            %LUO_POOL_KEEP.
 * @last:     Of a pool of this kernel, the last block.
 * @in:       Of a pool of the previous kernel, its blocks.
 * @size:     Of those, the bytes.
 * @restored: It is a pool of the previous kernel.
 */
struct luo_pool {
	u64 handle;
	u64 nr_blocks;
	struct luo_pool_out out[2];
	struct luo_pool_block_ser *last;
	struct luo_pool_in in;
	u64 size;
	bool restored;
};

static void luo_pool_chain(struct luo_pool *pool,
			   struct luo_pool_block_ser *block, unsigned int flags)
{
	struct luo_pool_place place;

	if (!pool->last)
		pool->handle = block->self;

	place = (struct luo_pool_place){ pool->handle, pool->nr_blocks++ };
	block->magic = LUO_POOL_CHAINED_MAGIC;
	if (flags & LUO_POOL_KEEP)
		block->order |= LUO_POOL_BLOCK_KEEP;
	block->crc = luo_pool_block_crc(block, &place);

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
	struct luo_pool_block_ser *block;
	struct luo_pool *pool;

	if (!luo_handover_gfp_valid(gfp))
		return ERR_PTR(-EINVAL);

	pool = kzalloc_obj(*pool, gfp);
	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->out[0].handover = handover;
	pool->out[1].handover = handover;
	block = luo_pool_out_begin(&pool->out[0], gfp);
	if (!block) {
		kfree(pool);
		return ERR_PTR(-ENOMEM);
	}
	luo_pool_chain(pool, block, 0);

	return pool;
}

/* Nothing is claimed, so a caller may try again after -ENOMEM. */
static int luo_pool_check(struct luo_pool *pool)
{
	struct luo_pool_place place = { .handle = pool->handle };
	u64 address = pool->handle;
	struct luo_pool_block_ser head;
	int err;

	/* As a block has one place in one chain, no chain is a loop. */
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

/* Of what is kept the head counts the references: its pool may be freed first. */
static int luo_pool_claim(struct luo_pool *pool)
{
	struct luo_pool_in_block *block;
	int err;

	err = luo_pool_in_claim(&pool->in);
	if (err)
		return err;

	hlist_for_each_entry(block, &pool->in.list, list) {
		if (block->keep)
			luo_pool_block(phys_to_virt(block->address))->live = 1;
	}

	return 0;
}

/**
 * luo_pool_restore_from - luo_pool_restore() with more to choose.
 * @handover: Where the pages come from.
 * @handle:   Handle of the pool: any number.
 * @root:     Address of an allocation that has to be in the pool, or another one
 *            has the handle: any number.
 * @size:     Its size in bytes; 0 if there is no such allocation.
 *
 * Return: As luo_pool_restore().
 */
struct luo_pool *luo_pool_restore_from(const struct luo_handover *handover,
				       u64 handle, u64 root, size_t size)
{
	struct luo_pool *pool = kzalloc_obj(*pool, GFP_KERNEL);
	int err;

	if (!pool)
		return ERR_PTR(-ENOMEM);

	pool->in.handover = handover;
	pool->handle = handle;
	pool->restored = true;

	err = luo_pool_check(pool);
	if (!err && size && !luo_pool_in_find(&pool->in, root, size))
		err = -EBADMSG;
	if (!err)
		err = luo_pool_claim(pool);
	if (err) {
		luo_pool_free(pool);
		return ERR_PTR(err);
	}

	return pool;
}

/**
 * luo_pool_forget - Free what a pool has on the heap, and nothing else.
 * @pool: The pool, whose pages went to the next kernel; for tests.
 */
void luo_pool_forget(struct luo_pool *pool)
{
	luo_pool_in_forget(&pool->in);
	kfree(pool);
}

/**
 * luo_pool_create - Create a pool.
 * @gfp: How to allocate its first page.
 *
 * The page is in the handover at once; that the next kernel finds it takes an
 * object with the handle in it.
 *
 * Context: Process context, may sleep.
 * Return: The pool, which luo_pool_free() frees; ERR_PTR(-EINVAL) if @gfp has
 * %__GFP_MOVABLE or %__GFP_HIGHMEM; ERR_PTR(-ENOMEM).
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
 * @size:  How many bytes. LUO_POOL_FILL(n) fills 2^n pages.
 * @gfp:   How to get a new page if one is needed. The memory is zeroed if
 *         %__GFP_ZERO is in it.
 * @flags: %LUO_POOL_KEEP or 0. The two do not share pages.
 *
 * Context: Process context, may sleep.
 * Return: Memory, 8-byte aligned, whose virt_to_phys() the next kernel gives to
 * luo_pool_memory(); NULL if @size is 0 or more than LUO_POOL_FILL() of the
 * largest order, if @gfp has %__GFP_MOVABLE or %__GFP_HIGHMEM, if the pool is one
 * of the previous kernel, or if there is no memory.
 */
void *luo_pool_alloc(struct luo_pool *pool, size_t size, gfp_t gfp,
		     unsigned int flags)
{
	struct luo_pool_block_ser *block;
	void *mem;

	if (pool->restored || !luo_handover_gfp_valid(gfp))
		return NULL;

	mem = luo_pool_out_alloc(&pool->out[!!(flags & LUO_POOL_KEEP)], size,
				 gfp);
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
 * no whole pool at @handle, or it was restored before; ERR_PTR(-ENOMEM).
 */
struct luo_pool *luo_pool_restore(u64 handle)
{
	return luo_pool_restore_from(&luo_handover_kho, handle, 0, 0);
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
 * luo_pool_find - Find memory in a pool of the previous kernel.
 * @pool:    The pool.
 * @address: Any number.
 * @size:    How many bytes there have to be.
 *
 * Takes no reference, whether or not the previous kernel says that the memory is
 * kept.
 *
 * Return: The memory; NULL if it is not all in one block of the pool.
 */
void *luo_pool_find(const struct luo_pool *pool, u64 address, size_t size)
{
	if (!luo_pool_in_find(&pool->in, address, size))
		return NULL;

	return phys_to_virt(address);
}

/**
 * luo_pool_memory - Find the memory at an address in a pool.
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
	struct luo_pool_in_block *block;
	void *mem;

	if (!pool->restored)
		return phys_to_virt(address);

	block = luo_pool_in_find(&pool->in, address, size);
	if (!block)
		return NULL;

	mem = phys_to_virt(address);
	if (block->keep)
		luo_pool_block(mem)->live++;

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
		handover->release(block, luo_pool_block_order(block));
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

static void luo_pool_free_out(struct luo_pool *pool)
{
	const struct luo_handover *handover = pool->out[0].handover;
	struct luo_pool_block_ser *block, *next;

	for (block = phys_to_virt(pool->handle); block; block = next) {
		next = block->next ? phys_to_virt(block->next) : NULL;
		handover->free(block, luo_pool_block_order(block));
	}
}

static void luo_pool_free_in(struct luo_pool_in *in)
{
	struct luo_pool_in_block *block;
	struct hlist_node *next;

	hlist_for_each_entry_safe(block, next, &in->list, list) {
		if (block->claimed && block->keep) {
			luo_pool_put_to(in->handover,
					phys_to_virt(block->address));
			block->claimed = false;
		}
		luo_pool_in_release(in, block);
	}
}

/**
 * luo_pool_free - Free a pool and all that was allocated from it.
 * @pool: The pool. Of one of the previous kernel, what is held by references
 *        that luo_pool_memory() took stays until these are dropped.
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
EXPORT_SYMBOL_GPL(luo_pool_free);
