// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: What is in a memfd
 *
 * Finds the folios of a file, brings them in from swap, pins them where they
 * can stay over the kexec, and preserves them. Holes are left alone.
 *
 * The same walk serves when a file is preserved and when it is frozen: what the
 * list of extents has already is passed over, so that the second walk takes the
 * pages that were written into holes since the first.
 */

#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/folio_batch.h>
#include <linux/shmem_fs.h>

#include "internal.h"
#include "luo_memfd.h"

/**
 * struct luo_memfd_walk - The walk.
 * @file:     Over what.
 * @list:     The list so far.
 * @nr_known: The part of it that was there before.
 * @cursor:   The first known extent that does not end before the walk.
 * @pinned:   Up to where this walk has pinned.
 * @end:      The end of the file, in pages.
 */
struct luo_memfd_walk {
	struct file *file;
	struct luo_memfd_extents *list;
	u64 nr_known;
	u64 cursor;
	pgoff_t pinned;
	pgoff_t end;
};

/* Whether a page was taken before. Pages are asked for in ascending order. */
static bool luo_memfd_known(struct luo_memfd_walk *walk, pgoff_t index)
{
	const struct luo_memfd_extent_ser *extent = walk->list->extents;

	while (walk->cursor < walk->nr_known &&
	       extent[walk->cursor].index + extent[walk->cursor].nr_pages <= index)
		walk->cursor++;

	return walk->cursor < walk->nr_known &&
	       extent[walk->cursor].index <= index;
}

/*
 * From here on the folio has content, and will not be dropped as one that has
 * none: it may be written to after it was preserved, and whether it was cannot
 * be told at freeze, when the dirty bit may still be in a page table. A folio
 * that was fallocated and not written to yet is zeroed now for the same reason.
 */
static void luo_memfd_prepare_folio(struct folio *folio)
{
	folio_lock(folio);
	folio_mark_dirty(folio);
	if (!folio_test_uptodate(folio)) {
		folio_zero_range(folio, 0, folio_size(folio));
		flush_dcache_folio(folio);
		folio_mark_uptodate(folio);
	}
	folio_unlock(folio);
}

/*
 * Pin a run of pages that are all in the file or in swap. Pinning for long
 * moves them out of the scratch areas, which are CMA.
 *
 * Until its first page is pinned, a run may be made part of a larger folio that
 * an earlier run, or this one, has pinned already.
 */
static int luo_memfd_pin_run(struct luo_memfd_walk *walk, pgoff_t start,
			     pgoff_t end)
{
	loff_t last = i_size_read(file_inode(walk->file)) - 1;
	struct folio *folios[FOLIO_BATCH_SIZE];
	pgoff_t offset;
	long nr, i;
	int err;

	/* The largest file ends in a page whose end is no file offset. */
	if (end < walk->end)
		last = ((loff_t)end << PAGE_SHIFT) - 1;

	for (start = max(start, walk->pinned); start < end;
	     start = walk->pinned) {
		nr = memfd_pin_folios(walk->file, (loff_t)start << PAGE_SHIFT,
				      last, folios, ARRAY_SIZE(folios), &offset);
		if (nr < 0)
			return nr;

		for (i = 0; i < nr; i++) {
			err = luo_memfd_extents_add(walk->list, walk->nr_known,
						    folios[i]->index,
						    folio_pfn(folios[i]),
						    folio_order(folios[i]));
			if (err) {
				unpin_folios(folios + i, nr - i);
				return err;
			}
			walk->pinned = folio_next_index(folios[i]);
		}
	}

	return 0;
}

/* A run of file pages. */
struct luo_memfd_run {
	pgoff_t start;
	pgoff_t end;
};

static struct luo_memfd_run luo_memfd_entry_run(struct address_space *mapping,
						struct folio *folio,
						pgoff_t index)
{
	unsigned long nr;

	if (!xa_is_value(folio))
		return (struct luo_memfd_run){
			folio->index, folio_next_index(folio)
		};

	nr = 1UL << xa_get_order(&mapping->i_pages, index);

	return (struct luo_memfd_run){
		round_down(index, nr), round_down(index, nr) + nr
	};
}

/*
 * The next runs that were not known. The folios are prepared but no longer
 * referenced: a reference would keep them from being moved when they are pinned.
 */
static unsigned int luo_memfd_next_runs(struct luo_memfd_walk *walk,
					pgoff_t *index,
					struct luo_memfd_run *runs)
{
	struct address_space *mapping = walk->file->f_mapping;
	pgoff_t indices[FOLIO_BATCH_SIZE];
	unsigned int i, nr_runs = 0;
	struct folio_batch fbatch;

	folio_batch_init(&fbatch);
	if (!find_get_entries(mapping, index, walk->end - 1, &fbatch, indices))
		*index = walk->end;

	for (i = 0; i < folio_batch_count(&fbatch); i++) {
		struct folio *folio = fbatch.folios[i];
		struct luo_memfd_run run;

		run = luo_memfd_entry_run(mapping, folio, indices[i]);
		if (luo_memfd_known(walk, run.start))
			continue;

		if (!xa_is_value(folio))
			luo_memfd_prepare_folio(folio);
		if (nr_runs && runs[nr_runs - 1].end == run.start)
			runs[nr_runs - 1].end = run.end;
		else
			runs[nr_runs++] = run;
	}
	folio_batch_remove_exceptionals(&fbatch);
	folio_batch_release(&fbatch);

	return nr_runs;
}

static int luo_memfd_pin(struct luo_memfd_walk *walk)
{
	struct luo_memfd_run runs[FOLIO_BATCH_SIZE];
	unsigned int i, nr_runs;
	pgoff_t index = 0;
	int err;

	while (index < walk->end) {
		nr_runs = luo_memfd_next_runs(walk, &index, runs);
		for (i = 0; i < nr_runs; i++) {
			err = luo_memfd_pin_run(walk, runs[i].start,
						min(runs[i].end, walk->end));
			if (err)
				return err;
		}
		cond_resched();
	}

	return 0;
}

static void luo_memfd_unpreserve_extent(const struct luo_memfd_extent_ser *extent,
					u32 flags)
{
	struct page *page = pfn_to_page(extent->pfn);
	u32 i;

	if (!extent->order && flags & LUO_MEMFD_RANGE_KEYS) {
		kho_unpreserve_pages(page, extent->nr_pages);
		return;
	}

	for (i = 0; i < extent->nr_pages; i += 1U << extent->order)
		kho_unpreserve_folio(page_folio(page + i));
}

static int luo_memfd_preserve_extent(const struct luo_memfd_extent_ser *extent,
				     u32 flags)
{
	struct page *page = pfn_to_page(extent->pfn);
	int err;
	u32 i;

	if (!extent->order && flags & LUO_MEMFD_RANGE_KEYS)
		return kho_preserve_pages(page, extent->nr_pages);

	for (i = 0; i < extent->nr_pages; i += 1U << extent->order) {
		err = kho_preserve_folio(page_folio(page + i));
		if (err)
			goto err_unpreserve;
	}

	return 0;

err_unpreserve:
	while (i) {
		i -= 1U << extent->order;
		kho_unpreserve_folio(page_folio(page + i));
	}

	return err;
}

static void luo_memfd_unpin_extent(const struct luo_memfd_extent_ser *extent)
{
	struct page *page = pfn_to_page(extent->pfn);
	u32 i;

	for (i = 0; i < extent->nr_pages; i += 1U << extent->order)
		unpin_folio(page_folio(page + i));
}

/**
 * luo_memfd_collect - Pin and preserve what is in a file and not in a list.
 * @file:  A shmem file that is frozen: nothing is taken out of it.
 * @list:  What was collected before, by file index. What is found is added at
 *         its end.
 * @flags: LUO_MEMFD_* of the file.
 *
 * Context: Process context, may sleep.
 * Return: 0; a negative errno, with the list and the file as they were.
 */
int luo_memfd_collect(struct file *file, struct luo_memfd_extents *list,
		      u32 flags)
{
	struct luo_memfd_walk walk = {
		.file = file,
		.list = list,
		.nr_known = list->nr,
		.end = DIV_ROUND_UP_ULL(i_size_read(file_inode(file)),
					PAGE_SIZE),
	};
	u64 i;
	int err;

	err = luo_memfd_pin(&walk);
	if (err)
		goto err_unpin;

	for (i = walk.nr_known; i < list->nr; i++) {
		err = luo_memfd_preserve_extent(&list->extents[i], flags);
		if (err)
			goto err_unpreserve;
		cond_resched();
	}

	return 0;

err_unpreserve:
	while (i-- > walk.nr_known)
		luo_memfd_unpreserve_extent(&list->extents[i], flags);
err_unpin:
	for (i = walk.nr_known; i < list->nr; i++)
		luo_memfd_unpin_extent(&list->extents[i]);
	luo_memfd_extents_truncate(list, walk.nr_known);

	return err;
}

/**
 * luo_memfd_uncollect - Undo luo_memfd_collect().
 * @list:  The list.
 * @first: Extents before this one stay.
 * @flags: LUO_MEMFD_* of the file.
 */
void luo_memfd_uncollect(struct luo_memfd_extents *list, u64 first, u32 flags)
{
	u64 i;

	for (i = first; i < list->nr; i++) {
		luo_memfd_unpreserve_extent(&list->extents[i], flags);
		luo_memfd_unpin_extent(&list->extents[i]);
		cond_resched();
	}
	luo_memfd_extents_truncate(list, first);
}
