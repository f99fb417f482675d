// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving the pages of a memfd on first access
 *
 * With ``luo_memfd.lazy=on`` or ``background``, retrieve restores only the size and the
 * list of extents of a file. The pages are absent. When shmem finds an empty slot in the
 * page cache, it calls luo_memfd_lazy_fill(), see struct shmem_absent, which claims the
 * page and up to 1 MiB of neighbours from KHO, inserts them into the page cache, and
 * charges them to the accessing task. luo_memfd_absent.c records which pages are absent.
 *
 * A claimed page that cannot be inserted, because the limit of the memory cgroup is
 * reached or no memory is free, stays in a list of the file until the next access. It is
 * never lost: the access fails, or the OOM killer is invoked, as for a new page. An access
 * to a page that KHO does not have fails with -EIO. A page that the hardware has reported
 * as damaged is inserted as a poisoned page.
 *
 * All pages are retrieved immediately, as with ``off``, if the list is out of order, if the
 * file has a poisoned page, or if it is read from version 0.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/luo_run.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include <trace/events/luo.h>

#include "internal.h"
#include "luo_memfd_lazy.h"

/* The number of extents of a file that are checked when it is retrieved. */
#define LUO_MEMFD_LAZY_SAMPLES	256

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "luo_memfd."

enum { LUO_MEMFD_LAZY_OFF, LUO_MEMFD_LAZY_ON, LUO_MEMFD_LAZY_BACKGROUND };

static const char * const luo_memfd_lazy_modes[] = {
	[LUO_MEMFD_LAZY_OFF]		= "off",
	[LUO_MEMFD_LAZY_ON]		= "on",
	[LUO_MEMFD_LAZY_BACKGROUND]	= "background",
};

static int luo_memfd_lazy_mode = LUO_MEMFD_LAZY_OFF;

static int luo_memfd_lazy_set_mode(const char *value,
				   const struct kernel_param *param)
{
	int mode = sysfs_match_string(luo_memfd_lazy_modes, value);

	if (mode < 0)
		return mode;
	WRITE_ONCE(luo_memfd_lazy_mode, mode);

	return 0;
}

static int luo_memfd_lazy_get_mode(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n",
			  luo_memfd_lazy_modes[READ_ONCE(luo_memfd_lazy_mode)]);
}

static const struct kernel_param_ops luo_memfd_lazy_mode_ops = {
	.set = luo_memfd_lazy_set_mode,
	.get = luo_memfd_lazy_get_mode,
};
module_param_cb(lazy, &luo_memfd_lazy_mode_ops, NULL, 0644);

static const struct shmem_absent_ops luo_memfd_lazy_ops;

/**
 * luo_memfd_lazy_of - Get the lazy state of a file.
 * @inode: The file.
 *
 * Return: The state; NULL if all pages of the file were retrieved immediately.
 */
struct luo_memfd_lazy *luo_memfd_lazy_of(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	if (!info->absent || info->absent->ops != &luo_memfd_lazy_ops)
		return NULL;

	return container_of(info->absent, struct luo_memfd_lazy, shmem);
}

/**
 * luo_memfd_lazy_gfp - Allow an allocation to fail.
 * @gfp: Allocation mask of the accessing task.
 *
 * Return: @gfp for a page that no task waits for: without %__GFP_NOFAIL, and with
 * %__GFP_RETRY_MAYFAIL and %__GFP_NOWARN.
 */
gfp_t luo_memfd_lazy_gfp(gfp_t gfp)
{
	return (gfp & ~__GFP_NOFAIL) | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
}

/**
 * luo_memfd_lazy_lost - Report pages that KHO does not have.
 * @lazy:  The file.
 * @index: The first.
 * @nr:    How many there are.
 */
void luo_memfd_lazy_lost(struct luo_memfd_lazy *lazy, u64 index, u64 nr)
{
	pr_err_ratelimited("inode %llu: %llu pages from page %llu on are not preserved, their content is lost\n",
			   lazy->inode->i_ino, nr, index);
}

static struct folio *luo_memfd_lazy_claimed(struct luo_memfd_lazy *lazy,
					    pgoff_t index)
{
	struct folio *folio;

	list_for_each_entry(folio, &lazy->claimed, lru) {
		if (index >= folio->index && index < folio_next_index(folio))
			return folio;
	}

	return NULL;
}

/* Add a page. Return false if the batch is full or the page is in another zone. */
static bool luo_memfd_lazy_batch_add(struct luo_memfd_batch *batch,
				     struct folio *folio)
{
	if (batch->nr == ARRAY_SIZE(batch->folios) || folio_test_large(folio) ||
	    folio_test_hwpoison(folio) ||
	    (batch->nr && page_zone_id(&folio->page) != batch->zone_id))
		return false;

	batch->zone_id = page_zone_id(&folio->page);
	batch->folios[batch->nr++] = folio;

	return true;
}

/* Add a claimed folio to the batch or to the list, until the next flush. */
static void luo_memfd_lazy_keep(struct luo_memfd_lazy *lazy, struct folio *folio,
				pgoff_t index)
{
	folio->index = index;
	/* A folio with one reference can be pinned. */
	if (lazy->preserved)
		WARN_ON_ONCE(try_grab_folio(folio, 1, FOLL_PIN));
	if (!list_empty(&lazy->claimed) ||
	    !luo_memfd_lazy_batch_add(&lazy->batch, folio))
		list_add_tail(&folio->lru, &lazy->claimed);
}

static bool luo_memfd_lazy_is_poisoned(const struct luo_memfd_block *block)
{
	struct page *page = pfn_to_page(block->extent->pfn + block->offset);
	u32 i;

	for (i = 0; i < 1U << block->order; i++) {
		if (PageHWPoison(page + i))
			return true;
	}

	return false;
}

/* Return true if the block is a whole preserved folio, which is restored as one. */
static bool luo_memfd_lazy_is_folio(const struct luo_memfd_block *block)
{
	return block->order && block->order == block->extent->order;
}

static struct luo_run luo_memfd_lazy_run(const struct luo_memfd_block *block,
					 bool is_folio)
{
	return (struct luo_run){
		.pfn = block->extent->pfn + block->offset,
		.nr_pages = 1U << block->order,
		.order = is_folio ? block->order : 0,
		.flags = is_folio ? 0 : LUO_RUN_RANGE,
	};
}

/* Claim a preservation, and add its folios to the batch or to the list. */
static int luo_memfd_lazy_claim(struct luo_memfd_lazy *lazy,
				const struct luo_memfd_block *block)
{
	struct luo_run_claim claim = {};
	bool down = luo_memfd_absent_is_down(block->extent);
	bool is_folio = luo_memfd_lazy_is_folio(block);
	u64 index = luo_memfd_absent_index(block), pfn;
	struct luo_run run;
	u32 i;

	if (is_folio && luo_memfd_lazy_is_poisoned(block)) {
		/* It is listed as a folio, and single pages cannot replace it. */
		if (lazy->preserved)
			return -EIO;
		is_folio = false;
	}

	run = luo_memfd_lazy_run(block, is_folio);
	if (!luo_run_claim_whole(&claim, &run)) {
		luo_memfd_lazy_lost(lazy, index, run.nr_pages);
		return -EIO;
	}
	luo_run_claim_end(&claim);

	if (is_folio) {
		page_rmappable_folio(pfn_to_page(run.pfn));
		luo_memfd_lazy_keep(lazy, pfn_folio(run.pfn), index);
		return 0;
	}

	for (i = 0; i < run.nr_pages; i++) {
		pfn = run.pfn + (down ? run.nr_pages - 1 - i : i);
		luo_memfd_lazy_keep(lazy, pfn_folio(pfn), index + i);
	}

	return 0;
}

/*
 * Claim the page at an index and its neighbours, at most 2^@order pages if they are
 * single ones. Set @next to the index behind them. Returns how many; 0 if the page is
 * not absent; -EIO if it is lost; -ENOMEM.
 */
static int luo_memfd_lazy_claim_at(struct luo_memfd_lazy *lazy, pgoff_t index,
				   unsigned int order, gfp_t gfp, pgoff_t *next)
{
	struct luo_memfd_absent *absent = &lazy->absent;
	struct luo_memfd_block block;
	int err;

	if (luo_memfd_absent_next(absent, index, index + 1, true) != index)
		return 0;

	if (!luo_memfd_absent_find(absent, index, &block) ||
	    !luo_memfd_absent_shrink(&block, index,
				     max_t(unsigned int, block.extent->order,
					   order))) {
		luo_memfd_lazy_lost(lazy, index, 1);
		return -EIO;
	}

	/* So that it can be removed from @absent when it was inserted. */
	err = luo_memfd_absent_reserve(absent, luo_memfd_absent_index(&block),
				       1U << block.order,
				       gfp & GFP_RECLAIM_MASK);
	if (!err)
		err = luo_memfd_lazy_claim(lazy, &block);
	if (err)
		return err;
	*next = luo_memfd_absent_index(&block) + (1UL << block.order);

	return 1 << block.order;
}

/* Claim the pages after a page of the file, up to the end of the batch. */
static void luo_memfd_lazy_claim_more(struct luo_memfd_lazy *lazy, pgoff_t index,
				      unsigned int nr, gfp_t gfp)
{
	pgoff_t end = ALIGN(index, LUO_MEMFD_BATCH);
	int ret;

	while (nr < LUO_MEMFD_BATCH && index < end) {
		ret = luo_memfd_lazy_claim_at(lazy, index,
					      ilog2(LUO_MEMFD_BATCH - nr),
					      luo_memfd_lazy_gfp(gfp), &index);
		if (ret <= 0)
			break;
		nr += ret;
	}
}

/* Move single pages of one zone from the list to the batch. */
static void luo_memfd_lazy_gather(struct luo_memfd_lazy *lazy)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, &lazy->claimed, lru) {
		if (!luo_memfd_lazy_batch_add(&lazy->batch, folio))
			return;
		list_del(&folio->lru);
	}
}

/* Clear the absent state of the pages that a batch has inserted. */
static void luo_memfd_lazy_stored(struct luo_memfd_lazy *lazy)
{
	struct luo_memfd_batch *batch = &lazy->batch;
	unsigned int i, first = 0;

	for (i = 1; i <= batch->nr_stored; i++) {
		if (i < batch->nr_stored &&
		    batch->folios[i]->index == batch->folios[i - 1]->index + 1)
			continue;
		luo_memfd_absent_remove(&lazy->absent,
					batch->folios[first]->index, i - first);
		first = i;
	}
}

static int luo_memfd_lazy_insert_batch(struct luo_memfd_lazy *lazy, gfp_t gfp,
				       struct mm_struct *mm)
{
	struct luo_memfd_batch *batch = &lazy->batch;
	unsigned int i;
	int err;

	/* Another task may remove a folio before it is on the LRU list. */
	for (i = 0; i < batch->nr; i++)
		folio_get(batch->folios[i]);
	err = luo_memfd_insert_absent(batch, gfp, mm, !lazy->preserved);
	luo_memfd_lazy_stored(lazy);
	for (i = 0; i < batch->nr; i++)
		folio_put(batch->folios[i]);
	while (batch->nr > batch->nr_stored)
		list_add(&batch->folios[--batch->nr]->lru, &lazy->claimed);
	batch->nr = 0;
	batch->nr_stored = 0;

	return err;
}

/* Insert a large folio, or a poisoned page. */
static int luo_memfd_lazy_insert_folio(struct luo_memfd_lazy *lazy,
				       struct folio *folio, gfp_t gfp,
				       struct mm_struct *mm)
{
	u64 index = folio->index, nr = folio_nr_pages(folio);
	int err;

	list_del(&folio->lru);
	if (folio_test_large(folio))
		err = luo_memfd_insert_absent_folio(lazy->inode, folio, gfp, mm,
						    !lazy->preserved);
	else
		err = luo_memfd_insert_absent_poison(lazy->inode, folio, gfp,
						     !lazy->preserved);
	if (err)
		list_add(&folio->lru, &lazy->claimed);
	else
		luo_memfd_absent_remove(&lazy->absent, index, nr);

	return err;
}

/**
 * luo_memfd_lazy_flush - Insert what was claimed.
 * @lazy: The file, with its lock held.
 * @gfp:  Allocation mask.
 * @mm:   Whose memory cgroup is charged; NULL for that of the current task.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM, with the other folios left for the next access.
 */
int luo_memfd_lazy_flush(struct luo_memfd_lazy *lazy, gfp_t gfp,
			 struct mm_struct *mm)
{
	struct folio *folio;
	int err = 0;

	while (!err && (lazy->batch.nr || !list_empty(&lazy->claimed))) {
		if (!lazy->batch.nr)
			luo_memfd_lazy_gather(lazy);
		if (lazy->batch.nr) {
			err = luo_memfd_lazy_insert_batch(lazy, gfp, mm);
			continue;
		}
		folio = list_first_entry(&lazy->claimed, struct folio, lru);
		err = luo_memfd_lazy_insert_folio(lazy, folio, gfp, mm);
	}

	return err;
}

/* Insert the folio that a task waits for, alone. */
static int luo_memfd_lazy_insert_one(struct luo_memfd_lazy *lazy,
				     struct folio *folio, gfp_t gfp,
				     struct mm_struct *mm)
{
	struct luo_memfd_batch *batch = &lazy->batch;

	if (folio_test_large(folio) || folio_test_hwpoison(folio))
		return luo_memfd_lazy_insert_folio(lazy, folio, gfp, mm);

	list_del(&folio->lru);
	batch->folios[0] = folio;
	batch->nr = 1;

	return luo_memfd_lazy_insert_batch(lazy, gfp, mm);
}

static int luo_memfd_lazy_fill_locked(struct luo_memfd_lazy *lazy, pgoff_t index,
				      gfp_t gfp, struct mm_struct *mm)
{
	struct folio *folio = luo_memfd_lazy_claimed(lazy, index);
	bool alone = !list_empty(&lazy->claimed);
	pgoff_t next;
	int nr;

	if (!folio) {
		/* If pages wait already, memory is short: claim no others. */
		nr = luo_memfd_lazy_claim_at(lazy, index, alone ? 0 :
					     ilog2(LUO_MEMFD_BATCH), gfp, &next);
		if (nr < 0)
			return nr;
		if (!nr)
			return xa_load(&lazy->inode->i_mapping->i_pages, index) ?
			       1 : 0;
		if (!alone)
			luo_memfd_lazy_claim_more(lazy, next, nr, gfp);
	}

	luo_memfd_lazy_flush(lazy, luo_memfd_lazy_gfp(gfp), mm);
	folio = luo_memfd_lazy_claimed(lazy, index);

	return (folio ? luo_memfd_lazy_insert_one(lazy, folio, gfp, mm) : 0) ?: 1;
}

static int luo_memfd_lazy_fill(struct inode *inode, pgoff_t index, gfp_t gfp,
			       struct mm_struct *mm)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);
	int ret;

	if (gfp & __GFP_NOFAIL)
		mutex_lock(&lazy->lock);
	else if (mutex_lock_killable(&lazy->lock))
		return -EINTR;
	ret = luo_memfd_lazy_fill_locked(lazy, index, gfp, mm);
	trace_luo_memfd_fill(inode->i_ino, index, SHMEM_I(inode)->nr_absent, ret);
	mutex_unlock(&lazy->lock);

	return ret;
}

/**
 * luo_memfd_lazy_fill_ahead - Insert a page and its neighbours before they are accessed.
 * @lazy:  The file.
 * @index: The index of the page.
 * @gfp:   Allocation mask that allows failure.
 *
 * The active memory cgroup is charged.
 *
 * Context: Process context, may sleep.
 * Return: 0, also if the page was inserted meanwhile; -EIO if KHO does not have it;
 * -ENOMEM if there is no memory for a batch. A single page may still be inserted then.
 */
int luo_memfd_lazy_fill_ahead(struct luo_memfd_lazy *lazy, pgoff_t index, gfp_t gfp)
{
	pgoff_t next;
	int ret;

	guard(mutex)(&lazy->lock);

	ret = luo_memfd_lazy_flush(lazy, gfp, NULL);
	if (!ret)
		ret = luo_memfd_lazy_claim_at(lazy, index, ilog2(LUO_MEMFD_BATCH),
					      gfp, &next);
	if (ret > 0) {
		luo_memfd_lazy_claim_more(lazy, next, ret, gfp);
		ret = luo_memfd_lazy_flush(lazy, gfp, NULL);
	}
	trace_luo_memfd_fill(lazy->inode->i_ino, index,
			     SHMEM_I(lazy->inode)->nr_absent, ret);

	return ret;
}

/* Free the claimed folios that are in a range. Insert one that is partly in it. */
static void luo_memfd_lazy_drop_claimed(struct luo_memfd_lazy *lazy, u64 start,
					u64 end)
{
	gfp_t gfp = mapping_gfp_mask(lazy->inode->i_mapping) | __GFP_NOFAIL;
	struct folio *folio, *next;
	u64 nr;

	list_for_each_entry_safe(folio, next, &lazy->claimed, lru) {
		if (folio_next_index(folio) <= start || folio->index >= end)
			continue;
		if (folio->index < start || folio_next_index(folio) > end) {
			/* shmem removes a part of it. */
			WARN_ON_ONCE(luo_memfd_lazy_insert_folio(lazy, folio,
								 gfp, NULL));
			continue;
		}
		nr = folio_nr_pages(folio);
		list_del(&folio->lru);
		luo_memfd_absent_remove(&lazy->absent, folio->index, nr);
		if (lazy->preserved)
			unpin_folio(folio);
		folio_put(folio);
		shmem_sub_absent(lazy->inode, nr);
	}
}

/* Divide the preservation of a page until it is in a range. */
static bool luo_memfd_lazy_find_in(struct luo_memfd_lazy *lazy, u64 index,
				   u64 start, u64 end,
				   struct luo_memfd_block *block)
{
	u64 first;

	if (!luo_memfd_absent_find(&lazy->absent, index, block))
		return false;

	for (;;) {
		first = luo_memfd_absent_index(block);
		if (first >= start && first + (1ULL << block->order) <= end)
			return true;
		if (!luo_memfd_absent_shrink(block, index, block->order - 1))
			return false;
	}
}

/*
 * Free the absent pages of a range. A page that KHO does not have is only removed from the
 * bitmap and from the number of blocks.
 */
static void luo_memfd_lazy_drop_range(struct luo_memfd_lazy *lazy, u64 start,
				      u64 end)
{
	struct luo_run_claim claim = {};
	struct luo_memfd_absent *absent = &lazy->absent;
	struct luo_memfd_block block;
	u64 index, nr, nr_lost = 0;
	struct luo_run run;

	luo_memfd_lazy_drop_claimed(lazy, start, end);
	index = luo_memfd_absent_next(absent, start, end, true);
	for (; index < end; index = luo_memfd_absent_next(absent, index, end, true)) {
		nr = 1;
		if (luo_memfd_lazy_find_in(lazy, index, start, end, &block)) {
			index = luo_memfd_absent_index(&block);
			nr = 1ULL << block.order;
			/* As single pages, so that none is freed that is poisoned. */
			run = luo_memfd_lazy_run(&block, false);
			if (luo_run_claim_whole(&claim, &run))
				luo_run_put(&run, 0, nr);
			else
				nr_lost += nr;
		} else {
			nr_lost++;
		}
		luo_memfd_absent_reserve(absent, index, nr,
					 GFP_KERNEL | __GFP_NOFAIL);
		luo_memfd_absent_remove(absent, index, nr);
		shmem_sub_absent(lazy->inode, nr);
		cond_resched();
	}
	luo_run_claim_end(&claim);
	if (nr_lost)
		luo_memfd_lazy_lost(lazy, start, nr_lost);
}

static void luo_memfd_lazy_drop(struct inode *inode, pgoff_t start, pgoff_t end)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);

	guard(mutex)(&lazy->lock);

	luo_memfd_lazy_drop_range(lazy, start, end);
}

static pgoff_t luo_memfd_lazy_next(struct inode *inode, pgoff_t start, pgoff_t end,
				   bool is_absent)
{
	return luo_memfd_absent_next(&luo_memfd_lazy_of(inode)->absent, start, end,
				     is_absent);
}

/* No task can find the file any more: the lock is not needed. */
static void luo_memfd_lazy_evict(struct inode *inode)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);

	luo_memfd_background_stop(lazy);
	luo_memfd_lazy_drop_range(lazy, 0, ULONG_MAX);
	SHMEM_I(inode)->absent = NULL;
	luo_memfd_absent_free(&lazy->absent);
	luo_array_free(&lazy->array);
	kvfree(lazy->copy);
	mutex_destroy(&lazy->lock);
	kfree(lazy);
}

static const struct shmem_absent_ops luo_memfd_lazy_ops = {
	.fill	= luo_memfd_lazy_fill,
	.drop	= luo_memfd_lazy_drop,
	.next	= luo_memfd_lazy_next,
	.evict	= luo_memfd_lazy_evict,
};

/*
 * Check that the previous kernel preserved the first key of some of the extents. This finds
 * a list of memory that was never preserved, at a cost that does not depend on its
 * length. A single page that is missing is found when it is accessed.
 */
static bool luo_memfd_lazy_is_present(const struct luo_memfd_ser_v1 *memfd,
				      const struct luo_memfd_extent_ser *extents)
{
	u64 i, step = DIV_ROUND_UP_ULL(memfd->nr_extents, LUO_MEMFD_LAZY_SAMPLES);
	struct luo_run run;

	for (i = 0; i < memfd->nr_extents; i += step) {
		run = luo_memfd_extent_run(&extents[i], memfd->flags);
		if (luo_run_order_at(run.pfn) != luo_run_key_order(&run, 0))
			return false;
	}

	return true;
}

static struct luo_memfd_lazy *
luo_memfd_lazy_create(struct inode *inode, const struct luo_memfd_ser_v1 *memfd,
		      struct luo_memfd_extent_ser *extents)
{
	struct luo_memfd_lazy *lazy;

	if (!memfd->nr_pages || !extents || !luo_memfd_lazy_is_present(memfd, extents))
		return NULL;

	lazy = kzalloc_obj(*lazy);
	if (!lazy)
		return NULL;
	if (luo_memfd_absent_init(&lazy->absent, extents, memfd->nr_extents,
				  memfd->nr_pages))
		goto err_free;

	lazy->shmem.ops = &luo_memfd_lazy_ops;
	mutex_init(&lazy->lock);
	lazy->inode = inode;
	INIT_LIST_HEAD(&lazy->claimed);
	lazy->batch.inode = inode;
	if (shmem_set_absent(inode, &lazy->shmem, memfd->nr_pages))
		goto err_absent;

	return lazy;

err_absent:
	luo_memfd_absent_free(&lazy->absent);
err_free:
	kfree(lazy);

	return NULL;
}

static void luo_memfd_lazy_begin(struct luo_memfd_lazy *lazy, int mode)
{
	luo_memfd_background_init(lazy, mode == LUO_MEMFD_LAZY_BACKGROUND);
	luo_memfd_background_start(lazy);
}

/**
 * luo_memfd_lazy_attach - Let shmem retrieve the pages of a file on first access.
 * @inode: The file, without pages. No process can see it yet.
 * @memfd: The file that was preserved.
 * @array: Its valid extents. On success the file owns them, and this is empty.
 *
 * Context: Process context, may sleep.
 * Return: true; false if the pages must be retrieved immediately.
 */
bool luo_memfd_lazy_attach(struct inode *inode,
			   const struct luo_memfd_ser_v1 *memfd,
			   struct luo_array *array)
{
	int mode = READ_ONCE(luo_memfd_lazy_mode);
	struct luo_memfd_lazy *lazy;

	if (mode == LUO_MEMFD_LAZY_OFF)
		return false;

	lazy = luo_memfd_lazy_create(inode, memfd, array->data);
	if (!lazy)
		return false;
	lazy->array = *array;
	*array = (struct luo_array){};
	luo_memfd_lazy_begin(lazy, mode);

	return true;
}

/**
 * luo_memfd_lazy_attach_copy - As luo_memfd_lazy_attach(), with a copy of the extents.
 * @inode:   The file, without pages. No process can see it yet.
 * @memfd:   The file that was preserved.
 * @extents: Its extents, valid, which are copied.
 *
 * Context: Process context, may sleep.
 * Return: true; false if the pages must be retrieved immediately.
 */
bool luo_memfd_lazy_attach_copy(struct inode *inode,
				const struct luo_memfd_ser_v1 *memfd,
				const struct luo_memfd_extent_ser *extents)
{
	int mode = READ_ONCE(luo_memfd_lazy_mode);
	struct luo_memfd_lazy *lazy;
	void *copy;

	if (mode == LUO_MEMFD_LAZY_OFF)
		return false;

	copy = kvmemdup(extents, array_size(memfd->nr_extents, sizeof(*extents)),
			GFP_KERNEL | __GFP_NOWARN);
	lazy = luo_memfd_lazy_create(inode, memfd, copy);
	if (!lazy) {
		kvfree(copy);
		return false;
	}
	lazy->copy = copy;
	luo_memfd_lazy_begin(lazy, mode);

	return true;
}

/**
 * luo_memfd_lazy_fill_range - Insert the absent pages of a range.
 * @inode: The file.
 * @start: The first page.
 * @end:   The page behind the last.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EIO if KHO does not have a page; -ENOMEM; -EINTR.
 */
int luo_memfd_lazy_fill_range(struct inode *inode, pgoff_t start, pgoff_t end)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);
	gfp_t gfp = mapping_gfp_mask(inode->i_mapping) | __GFP_RETRY_MAYFAIL;
	int err;

	while (lazy && READ_ONCE(SHMEM_I(inode)->nr_absent)) {
		start = luo_memfd_absent_next(&lazy->absent, start, end, true);
		if (start >= end)
			return 0;
		err = luo_memfd_lazy_fill(inode, start, gfp, NULL);
		if (err < 0)
			return err;
		start++;
		cond_resched();
	}

	return 0;
}
