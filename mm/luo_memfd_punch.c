// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Punching holes into a preserved memfd
 *
 * Before shmem removes pages from a preserved file, this file unpreserves and unpins
 * them and removes them from the lists. It marks them like pages that were added since
 * the file was preserved, so that freeze preserves those again that shmem does not
 * remove. Therefore shmem can remove, zero and split folios as in any other file, and
 * their memory is free at once.
 *
 * Freeze waits until a hole that is being punched is complete. After freeze, a call that
 * punches a hole waits until the kexec, or until the kexec is aborted.
 *
 * Called by shmem through &struct shmem_keeper, and by luo_memfd_out.c.
 */

#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/wait_bit.h>
#include <linux/xarray.h>

#include "luo_memfd_out.h"

/* The number of folios that are released at once. */
#define LUO_MEMFD_PUNCH_BATCH	64

static struct address_space *luo_memfd_punch_mapping(struct luo_memfd *memfd)
{
	return memfd->file->f_mapping;
}

/*
 * Return the key that covers a page of a range [first, end) of page frames, as
 * kho_preserve_pages() divides it: the largest naturally aligned block that has the page
 * and is within the range.
 */
static struct luo_run luo_memfd_punch_key(u64 first, u64 end, u64 pfn)
{
	unsigned int order = 0;
	u64 start = pfn, parent;

	for (;;) {
		parent = ALIGN_DOWN(pfn, 2ULL << order);
		if (parent < first || parent + (2ULL << order) > end)
			break;
		start = parent;
		order++;
	}

	return (struct luo_run){ .pfn = start, .nr_pages = 1U << order };
}

static struct luo_run luo_memfd_punch_run(u64 first, u64 end)
{
	return (struct luo_run){
		.pfn = first,
		.nr_pages = end - first,
		.flags = LUO_RUN_RANGE,
	};
}

static int luo_memfd_punch_preserve(u64 first, u64 end)
{
	struct luo_run run = luo_memfd_punch_run(first, end);

	return first < end ? luo_run_preserve(&run) : 0;
}

static void luo_memfd_punch_unpreserve(u64 first, u64 end)
{
	struct luo_run run = luo_memfd_punch_run(first, end);

	if (first < end)
		luo_run_unpreserve(&run);
}

/**
 * struct luo_memfd_punch - Page frames to unpreserve.
 * @low:   The first page frame of the key that covers @start.
 * @start: The first page frame.
 * @end:   The page frame after the last one.
 * @high:  The page frame after the key that covers the last page frame.
 */
struct luo_memfd_punch {
	u64 low;
	u64 start;
	u64 end;
	u64 high;
};

/* Preserve the page frames again under the same keys. */
static void luo_memfd_punch_undo(const struct luo_memfd_punch *punch)
{
	luo_memfd_punch_unpreserve(punch->low, punch->start);
	luo_memfd_punch_unpreserve(punch->end, punch->high);
	/* This allocates no memory in KHO, because the keys existed before. */
	WARN_ON_ONCE(luo_memfd_punch_preserve(punch->low, punch->high));
}

/*
 * Unpreserve page frames of a range. Afterwards each of the two remaining parts has the
 * keys of a separate range. Only the keys at the edges change.
 */
static int luo_memfd_punch_keys(const struct luo_memfd_punch *punch)
{
	int err;

	luo_memfd_punch_unpreserve(punch->low, punch->high);
	err = luo_memfd_punch_preserve(punch->low, punch->start);
	if (err)
		goto err_restore;

	err = luo_memfd_punch_preserve(punch->end, punch->high);
	if (err)
		goto err_low;

	return 0;

err_low:
	luo_memfd_punch_unpreserve(punch->low, punch->start);
err_restore:
	WARN_ON_ONCE(luo_memfd_punch_preserve(punch->low, punch->high));

	return err;
}

/* Remove pages from an extent whose pages share keys. */
static int luo_memfd_punch_shared(struct luo_memfd *memfd, u64 nr,
				  const struct luo_run *run, pgoff_t start,
				  pgoff_t end, u64 pfn)
{
	u64 run_end = run->pfn + run->nr_pages;
	struct luo_memfd_punch punch = {
		.start = pfn,
		.end = pfn + (end - start),
	};
	struct luo_run key;
	int err;

	key = luo_memfd_punch_key(run->pfn, run_end, punch.start);
	punch.low = key.pfn;
	key = luo_memfd_punch_key(run->pfn, run_end, punch.end - 1);
	punch.high = key.pfn + key.nr_pages;
	err = luo_memfd_punch_keys(&punch);
	if (err)
		return err;

	err = luo_memfd_list_punch(memfd, nr, start, end);
	if (err)
		luo_memfd_punch_undo(&punch);

	return err;
}

/*
 * Unpreserve a folio with a folio key, remove it from version 0, and unpin it. @flags
 * are those of its extent.
 */
static void luo_memfd_punch_folio(struct luo_memfd *memfd, struct folio *folio,
				  u16 flags)
{
	bool poisoned = flags & LUO_MEMFD_POISONED;
	struct luo_run run = {
		.pfn = folio_pfn(folio),
		.nr_pages = folio_nr_pages(folio),
		.order = folio_order(folio),
	};

	if (run.order || poisoned || !(memfd->v1.flags & LUO_MEMFD_RANGE_KEYS))
		luo_run_unpreserve(&run);
	if (memfd->v0.ser && !poisoned)
		luo_memfd_v0_out_remove(&memfd->v0, folio->index);
	if (!memfd->has_object)
		memfd->v1.nr_pages -= run.nr_pages;
	unpin_folio(folio);
}

/*
 * Release the preserved folios of a range and mark them. A folio that is marked already
 * was added later and is not preserved. Preserved folios are pinned, so shmem cannot
 * remove them before this.
 */
static void luo_memfd_punch_folios(struct luo_memfd *memfd, pgoff_t start,
				   pgoff_t end, u16 flags)
{
	XA_STATE(xas, &luo_memfd_punch_mapping(memfd)->i_pages, start);
	struct folio *folios[LUO_MEMFD_PUNCH_BATCH], *folio;
	unsigned int i, nr;

	do {
		nr = 0;
		xas_set(&xas, start);
		xas_lock_irq(&xas);
		xas_for_each(&xas, folio, end - 1) {
			if (xa_is_value(folio) ||
			    xas_get_mark(&xas, SHMEM_TAG_ADDED))
				continue;
			xas_set_mark(&xas, SHMEM_TAG_ADDED);
			folios[nr++] = folio;
			start = folio_next_index(folio);
			if (nr == LUO_MEMFD_PUNCH_BATCH)
				break;
		}
		xas_unlock_irq(&xas);

		for (i = 0; i < nr; i++)
			luo_memfd_punch_folio(memfd, folios[i], flags);
		cond_resched();
	} while (nr == LUO_MEMFD_PUNCH_BATCH && start < end);
}

/* Remove the pages of a range from an extent, and release them. */
static int luo_memfd_punch_extent(struct luo_memfd *memfd, u64 nr, pgoff_t start,
				  pgoff_t end)
{
	struct luo_memfd_extent_ser extent;
	struct luo_run run;
	u64 first, extent_end;
	int err;

	luo_vec_get(&memfd->extents, nr, &extent);
	extent_end = extent.index + extent.nr_pages;
	if (!extent.nr_pages || extent_end <= start || extent.index >= end)
		return 0;

	start = max_t(u64, start, extent.index);
	end = min_t(u64, end, extent_end);
	run = luo_memfd_extent_run(&extent, memfd->v1.flags);
	first = run.pfn + luo_run_mirror(&run, start - extent.index,
					 end - start);
	if (run.flags & LUO_RUN_RANGE)
		err = luo_memfd_punch_shared(memfd, nr, &run, start, end, first);
	else
		err = luo_memfd_list_punch(memfd, nr, start, end);
	if (!err)
		luo_memfd_punch_folios(memfd, start, end, extent.flags);

	return err;
}

/* Remove whole folios from the lists. */
static void luo_memfd_punch_widen(struct luo_memfd *memfd, pgoff_t *start,
				  pgoff_t *end)
{
	struct address_space *mapping = luo_memfd_punch_mapping(memfd);
	struct folio *folio;

	folio = filemap_get_entry(mapping, *start);
	if (folio && !xa_is_value(folio)) {
		*start = min(*start, folio->index);
		folio_put(folio);
	}

	folio = filemap_get_entry(mapping, *end - 1);
	if (folio && !xa_is_value(folio)) {
		*end = max(*end, folio_next_index(folio));
		folio_put(folio);
	}
}

static int luo_memfd_punch_extents(struct luo_memfd *memfd, pgoff_t start,
				   pgoff_t end)
{
	u64 nr, nr_unsorted = memfd->extents.count;
	struct luo_memfd_extent_ser extent;
	int err = 0;

	for (nr = luo_memfd_list_first(memfd, start);
	     nr < memfd->nr_sorted && !err; nr++) {
		luo_vec_get(&memfd->extents, nr, &extent);
		if (extent.index >= end)
			break;
		err = luo_memfd_punch_extent(memfd, nr, start, end);
	}
	for (nr = memfd->nr_sorted; nr < nr_unsorted && !err; nr++)
		err = luo_memfd_punch_extent(memfd, nr, start, end);

	return err;
}

/**
 * luo_memfd_punch_range - Unpreserve and unpin pages of a file.
 * @memfd: The file, with its lock held.
 * @start: The first page.
 * @end:   The page after the last one.
 *
 * Folios that are partly in the range are unpreserved too. All of them are marked.
 *
 * Return: 0; -ENOMEM if there is no memory, with some of the pages unpreserved.
 */
int luo_memfd_punch_range(struct luo_memfd *memfd, pgoff_t start, pgoff_t end)
{
	int err;

	/* No page after the end of the file is preserved. */
	end = min_t(u64, end, DIV_ROUND_UP_ULL(memfd->v1.size, PAGE_SIZE));
	if (start >= end)
		return 0;

	/* What is absent becomes a page as any other, and is removed as one. */
	err = luo_memfd_lazy_fill_range(file_inode(memfd->file), start, end);
	if (err)
		return err;

	luo_memfd_punch_widen(memfd, &start, &end);
	if (!memfd->has_object) {
		luo_memfd_punch_folios(memfd, start, end, 0);
		return 0;
	}

	err = luo_memfd_list_sort(memfd);
	if (!err)
		err = luo_memfd_punch_extents(memfd, start, end);
	if (err)
		return err;

	/* Sort now so that freeze need not. Ignore -ENOMEM: the order is optional. */
	luo_memfd_list_sort(memfd);

	return 0;
}

static int luo_memfd_punch(struct shmem_keeper *keeper, pgoff_t start,
			   pgoff_t end)
{
	struct luo_memfd *memfd = container_of(keeper, struct luo_memfd, keeper);
	struct inode *inode = luo_memfd_punch_mapping(memfd)->host;
	int err;

	for (;;) {
		mutex_lock(&memfd->lock);
		if (!shmem_holes_frozen(inode))
			break;
		mutex_unlock(&memfd->lock);
		if (shmem_wait_for_holes(inode))
			return -EINTR;
	}

	err = luo_memfd_punch_range(memfd, start, end);
	if (err)
		mutex_unlock(&memfd->lock);

	return err;
}

static void luo_memfd_punched(struct shmem_keeper *keeper)
{
	struct luo_memfd *memfd = container_of(keeper, struct luo_memfd, keeper);

	mutex_unlock(&memfd->lock);
}

const struct shmem_keeper_ops luo_memfd_punch_ops = {
	.punch		= luo_memfd_punch,
	.punched	= luo_memfd_punched,
};
