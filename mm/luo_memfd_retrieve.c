// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Claiming the pages of a memfd
 *
 * Claims extents through luo_run and inserts their pages into a file, or puts them.
 * Called by luo_memfd_in.c, and by luo_memfd_threads.c for parts of a file.
 *
 * Each key can be claimed only once, so even with a corrupt list of extents no page gets
 * two owners. If a key is missing, the list of extents is corrupt, and the pages in the
 * rest of the list may belong to another object. Do not claim more pages then.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/luo_run.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_memfd.h"

/* The number of extents of one page that are claimed at once. */
#define LUO_MEMFD_SINGLES	32

/**
 * struct luo_memfd_retrieve - The state while extents are claimed.
 * @claim:   The claims.
 * @batch:   The batch of the file, NULL to put the pages.
 * @damaged: A key was missing. Do not claim more pages.
 */
struct luo_memfd_retrieve {
	struct luo_run_claim claim;
	struct luo_memfd_batch *batch;
	bool damaged;
};

/* Insert claimed contiguous pages. On an error put those that are not in the file. */
static int luo_memfd_retrieve_insert(struct luo_memfd_batch *batch,
				     const struct luo_run *run, u32 offset,
				     u32 nr_pages, u64 index)
{
	u32 step = 1U << run->order;
	u64 first = index + luo_run_mirror(run, offset, nr_pages);
	int err = 0;
	u32 i;

	if (!run->order)
		return luo_memfd_insert_pages(batch, run->pfn + offset,
					      nr_pages,
					      run->flags & LUO_RUN_DOWN, first);

	for (i = 0; i < nr_pages && !err; i += step)
		err = luo_memfd_insert_folio(batch->inode,
					     run->pfn + offset + i, run->order,
					     index + luo_run_mirror(run,
								    offset + i,
								    step));
	luo_run_put(run, offset + i, nr_pages - i);

	return err;
}

/* Keep the reference to a poisoned page, so that it is never allocated. */
static int luo_memfd_retrieve_poisoned(struct luo_memfd_batch *batch,
				       const struct luo_run *run, u32 offset,
				       u32 nr_pages, u64 index)
{
	int err = 0;
	u32 i;

	for (i = offset; i < offset + nr_pages; i++) {
		luo_memfd_insert_retire(run->pfn + i);
		if (batch && !err)
			err = luo_memfd_insert_poison(batch->inode, run->pfn + i,
						      index +
						      luo_run_mirror(run, i, 1));
	}

	return err;
}

static int luo_memfd_retrieve_claimed(struct luo_memfd_retrieve *retrieve,
				      const struct luo_memfd_extent_ser *extent,
				      const struct luo_run *run, u32 offset,
				      u32 nr_pages)
{
	if (!nr_pages)
		return 0;

	if (extent->flags & LUO_MEMFD_POISONED)
		return luo_memfd_retrieve_poisoned(retrieve->batch, run, offset,
						   nr_pages, extent->index);

	if (!retrieve->batch) {
		luo_run_put(run, offset, nr_pages);
		return 0;
	}

	if (extent->flags & LUO_MEMFD_UNWRITTEN)
		memset(phys_to_virt(PFN_PHYS(run->pfn + offset)), 0,
		       (size_t)nr_pages << PAGE_SHIFT);

	return luo_memfd_retrieve_insert(retrieve->batch, run, offset, nr_pages,
					 extent->index);
}

/* After an error put the other pages, unless the list of extents is corrupt. */
static void luo_memfd_retrieve_failed(struct luo_memfd_retrieve *retrieve,
				      u64 index, u64 pfn, unsigned int order,
				      int err)
{
	if (!err || !retrieve->batch)
		return;

	pr_err("page %llu of the file in page frame %llu, order %u: %pe\n",
	       index, pfn, order, ERR_PTR(err));
	retrieve->batch = NULL;
}

static int luo_memfd_retrieve_extent(struct luo_memfd_retrieve *retrieve,
				     const struct luo_memfd_extent_ser *extent,
				     u32 offset, u32 end, u32 flags)
{
	struct luo_run run = luo_memfd_extent_run(extent, flags);
	int err = 0, ret;
	u32 next, nr;

	for (; offset < end && !retrieve->damaged; offset = next) {
		next = min(luo_run_key_after(&run, offset, LUO_MEMFD_BATCH),
			   end);
		nr = luo_run_claim(&retrieve->claim, &run, offset,
				   next - offset);
		ret = luo_memfd_retrieve_claimed(retrieve, extent, &run, offset,
						 nr);
		if (nr < next - offset) {
			retrieve->damaged = true;
			ret = ret ?: -EBADMSG;
		}
		luo_memfd_retrieve_failed(retrieve, extent->index +
					  luo_run_mirror(&run, offset,
							 next - offset),
					  run.pfn + offset, run.order, ret);
		err = err ?: ret;
	}

	return err;
}

/* Get the page frames of the first extents, up to one with more than one page. */
static u32 luo_memfd_retrieve_gather(const struct luo_memfd_extent_ser *extents,
				     u64 nr, u64 *pfns)
{
	u32 i;

	nr = min(nr, LUO_MEMFD_SINGLES);
	for (i = 0; i < nr; i++) {
		if (extents[i].nr_pages != 1 ||
		    extents[i].flags & ~LUO_MEMFD_DESCENDING)
			break;
		pfns[i] = extents[i].pfn;
	}

	return i;
}

/*
 * Retrieve the first extents, up to one with more than one page. A file whose pages are
 * scattered in memory has as many extents as pages. Set @nr to the number of extents.
 */
static int luo_memfd_retrieve_singles(struct luo_memfd_retrieve *retrieve,
				      const struct luo_memfd_extent_ser *extents,
				      u64 *nr)
{
	u64 pfns[LUO_MEMFD_SINGLES];
	struct luo_run run;
	u32 claimed, i;
	int err = 0, ret;

	*nr = luo_memfd_retrieve_gather(extents, *nr, pfns);
	if (!*nr)
		return 0;

	claimed = luo_run_claim_singles(&retrieve->claim, pfns, *nr);
	for (i = 0; i < claimed; i++) {
		if (!retrieve->batch) {
			run = luo_memfd_extent_run(&extents[i], 0);
			luo_run_put(&run, 0, 1);
			continue;
		}
		ret = luo_memfd_insert_page(retrieve->batch, pfns[i],
					    extents[i].index);
		luo_memfd_retrieve_failed(retrieve, extents[i].index, pfns[i],
					  0, ret);
		err = err ?: ret;
	}
	if (claimed == *nr)
		return err;

	retrieve->damaged = true;
	luo_memfd_retrieve_failed(retrieve, extents[claimed].index,
				  pfns[claimed], 0, -EBADMSG);

	return err ?: -EBADMSG;
}

/**
 * luo_memfd_retrieve_part - Claim a part of a file.
 * @inode:   The file to insert the pages into, NULL to put them.
 * @memfd:   The file that was preserved.
 * @extents: Its extents, valid.
 * @part:    The part. It ends with its pages or with the extents.
 *
 * Context: Process context, may sleep. Other parts may be claimed at the same time.
 * Return: 0; -EBADMSG if a key is missing, with the pages of later extents still
 * preserved; -ENOMEM, -ENOSPC or -EEXIST, with all other pages of the part put. Pages
 * that were inserted before an error remain in the file.
 */
int luo_memfd_retrieve_part(struct inode *inode,
			    const struct luo_memfd_ser_v1 *memfd,
			    const struct luo_memfd_extent_ser *extents,
			    const struct luo_memfd_part *part)
{
	struct luo_memfd_batch *batch __free(kfree) = NULL;
	struct luo_memfd_retrieve retrieve = {};
	u64 i = part->first, left = part->nr_pages, nr;
	u32 offset = part->offset, end;
	int err = 0, ret;

	if (inode) {
		batch = kzalloc_obj(*batch);
		if (batch)
			batch->inode = inode;
		else
			err = -ENOMEM;
		retrieve.batch = batch;
	}

	while (left && i < memfd->nr_extents && !retrieve.damaged) {
		nr = min(left, memfd->nr_extents - i);
		ret = luo_memfd_retrieve_singles(&retrieve, &extents[i], &nr);
		err = err ?: ret;
		left -= nr;
		i += nr;
		cond_resched();
		if (nr)
			continue;

		end = min(left + offset, extents[i].nr_pages);
		ret = luo_memfd_retrieve_extent(&retrieve, &extents[i++], offset,
						end, memfd->flags);
		err = err ?: ret;
		left -= end - offset;
		offset = 0;
	}
	luo_run_claim_end(&retrieve.claim);
	ret = batch ? luo_memfd_insert_flush(batch) : 0;

	/* Also after another error: the caller must not put the pages of later extents. */
	return retrieve.damaged ? -EBADMSG : err ?: ret;
}

/**
 * luo_memfd_retrieve_all - Claim all pages of a file.
 * @inode:   The file to insert the pages into, NULL to put them.
 * @memfd:   The file that was preserved.
 * @extents: Its extents, valid.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_retrieve_part().
 */
int luo_memfd_retrieve_all(struct inode *inode,
			   const struct luo_memfd_ser_v1 *memfd,
			   const struct luo_memfd_extent_ser *extents)
{
	const struct luo_memfd_part all = { .nr_pages = memfd->nr_pages };

	return luo_memfd_retrieve_part(inode, memfd, extents, &all);
}
