// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: What is in a memfd
 *
 * Finds the folios of a file, brings them in from swap, pins them where they
 * can stay over the kexec, and preserves them. Holes are left alone.
 *
 * Most folios are ready to be pinned as they are, and those are, a batch at a
 * time, in one walk over the page cache under its lock. Where the walk comes to
 * some that are not, it leaves them to memfd_pin_folios(): what is in swap, what
 * was allocated and not written to, what is locked, and what lies in a scratch
 * area and has to move. Moves cost more than all the rest, and are counted apart.
 *
 * The same walk serves when a file is preserved and when it is frozen: what the
 * list of extents has already is passed over, so that the second walk takes the
 * pages that were written into holes since the first.
 */

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/folio_batch.h>
#include <linux/kexec_handover.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <linux/xarray.h>

#include <trace/events/luo.h>

#include "internal.h"
#include "luo_memfd.h"

/* The longest of the waits for a folio that is in use, each twice the one before. */
#define LUO_MEMFD_PATIENCE_MS	64

/**
 * struct luo_memfd_walk - The walk.
 * @file:     Over what.
 * @list:     The list so far.
 * @nr_known: The part of it that was there before.
 * @cursor:   The first known extent that does not end before the walk.
 * @index:    Up to where the walk has come.
 * @end:      The end of the file, in pages.
 * @nid:      The node of the extent that was added last.
 * @block:    The pageblock that was looked at last, by its first page frame.
 * @may_stay: Its pages may be pinned for long.
 * @nr_moved: Pages that had to move.
 * @moved_ns: How long that took.
 * @folios:   Room for a batch.
 */
struct luo_memfd_walk {
	struct file *file;
	struct luo_memfd_extents *list;
	u64 nr_known;
	u64 cursor;
	pgoff_t index;
	pgoff_t end;
	int nid;
	unsigned long block;
	bool may_stay;
	u64 nr_moved;
	u64 moved_ns;
	struct folio *folios[LUO_MEMFD_BATCH];
};

/* A run of file pages that have to be brought in, be zeroed, or move. */
struct luo_memfd_run {
	pgoff_t start;
	pgoff_t end;
	bool moves;
};

/*
 * Where what was taken before ends, if a page is in it, or the page. Pages are
 * asked for in ascending order.
 */
static pgoff_t luo_memfd_known_end(struct luo_memfd_walk *walk, pgoff_t index)
{
	const struct luo_memfd_extent_ser *extent = walk->list->extents;

	while (walk->cursor < walk->nr_known &&
	       extent[walk->cursor].index + extent[walk->cursor].nr_pages <= index)
		walk->cursor++;

	if (walk->cursor == walk->nr_known ||
	    extent[walk->cursor].index > index)
		return index;

	return extent[walk->cursor].index + extent[walk->cursor].nr_pages;
}

/* Whether a folio may be pinned for long: all of a pageblock may, or none. */
static bool luo_memfd_may_stay(struct luo_memfd_walk *walk, struct folio *folio)
{
	unsigned long block = pageblock_start_pfn(folio_pfn(folio));

	if (walk->block != block) {
		walk->block = block;
		walk->may_stay = folio_is_longterm_pinnable(folio);
	}

	return walk->may_stay;
}

/*
 * Pin a folio as it is and where it is, if it can be. What is in the page cache
 * has a reference from there for as long as its lock is held. Who replaces a
 * folio by another, or takes it out, has it locked, and lets it be if it was
 * pinned before.
 *
 * From here on the folio is dirty: it may be written to after it was preserved,
 * and whether it was cannot be told at freeze, when the dirty bit may still be
 * in a page table.
 */
static bool luo_memfd_pin_folio(struct luo_memfd_walk *walk,
				struct folio *folio)
{
	if (xa_is_value(folio) || folio_test_locked(folio) ||
	    !folio_test_uptodate(folio) || !luo_memfd_may_stay(walk, folio) ||
	    try_grab_folio(folio, 1, FOLL_PIN))
		return false;

	if (!folio_test_dirty(folio))
		folio_mark_dirty(folio);

	return true;
}

/* The same in short for a single page that is most probably dirty already. */
static bool luo_memfd_pin_page(struct page *page)
{
	const unsigned long wanted = BIT(PG_uptodate) | BIT(PG_dirty);
	const unsigned long unwanted = BIT(PG_locked) | BIT(PG_head);

	return (READ_ONCE(page->flags.f) & (wanted | unwanted)) == wanted &&
	       page_ref_add_unless_zero(page, GUP_PIN_COUNTING_BIAS);
}

/* How many pages a run from this one on may have, upwards or downwards. */
static unsigned int luo_memfd_run_room(const struct luo_memfd_walk *walk,
				       pgoff_t index, unsigned long pfn,
				       bool down)
{
	unsigned long room = down ? pfn - pageblock_start_pfn(pfn) + 1 :
				    pageblock_end_pfn(pfn) - pfn;

	/* The cursor is at what comes next of what was taken before. */
	if (walk->cursor < walk->nr_known)
		room = min(room,
			   walk->list->extents[walk->cursor].index - index);

	return room;
}

/* An extent of the range keys of kho_preserve_pages() must be in one node. */
static void luo_memfd_add_extent(struct luo_memfd_walk *walk,
				 struct folio *folio,
				 const struct luo_memfd_extent_ser *extent)
{
	int nid = folio_nid(folio);

	luo_memfd_extents_add(walk->list, nid == walk->nid ?
			      walk->nr_known : walk->list->nr, extent);
	walk->nid = nid;
}

/*
 * Add a single page that is pinned to the list, and with it those that follow it
 * in the file and, upwards or downwards, in memory; @max of one pageblock, which
 * are as ready as the first. Returns what the walk has come to.
 */
static struct folio *luo_memfd_add_pages(struct luo_memfd_walk *walk,
					 struct xa_state *xas,
					 struct folio *first, unsigned int max)
{
	struct folio *next = xas_next_entry(xas, walk->end - 1);
	unsigned long pfn = folio_pfn(first);
	bool down = &next->page == &first->page - 1;
	pgoff_t index = first->index;
	int step = down ? -1 : 1;
	unsigned int nr = 1;

	max = min(max, luo_memfd_run_room(walk, index, pfn, down));
	while (nr < max && &next->page == &first->page + step * (int)nr &&
	       xas->xa_index == index + nr && luo_memfd_pin_page(&next->page)) {
		nr++;
		next = xas_next_entry(xas, walk->end - 1);
	}

	if (nr > 1)
		node_stat_mod_folio(first, NR_FOLL_PIN_ACQUIRED, nr - 1);
	luo_memfd_add_extent(walk, first, &(struct luo_memfd_extent_ser){
					.index = index,
					.pfn = down ? pfn - (nr - 1) : pfn,
					.nr_pages = nr,
					.flags = down && nr > 1 ?
						 LUO_MEMFD_DESCENDING : 0,
			     });
	walk->index = index + nr;

	return next;
}

static void luo_memfd_add_folio(struct luo_memfd_walk *walk,
				struct folio *folio)
{
	luo_memfd_add_extent(walk, folio, &(struct luo_memfd_extent_ser){
					.index = folio->index,
					.pfn = folio_pfn(folio),
					.nr_pages = folio_nr_pages(folio),
					.order = folio_order(folio),
			     });
	walk->index = folio_next_index(folio);
}

static struct luo_memfd_run luo_memfd_entry_run(struct luo_memfd_walk *walk,
						struct xa_state *xas,
						struct folio *folio)
{
	unsigned long nr;

	if (!xa_is_value(folio))
		return (struct luo_memfd_run){
			folio->index, folio_next_index(folio),
			!luo_memfd_may_stay(walk, folio)
		};

	nr = 1UL << xas_get_order(xas);

	return (struct luo_memfd_run){
		round_down(xas->xa_index, nr), round_down(xas->xa_index, nr) + nr
	};
}

/* The run that begins with what cannot be pinned as it is: one batch at most. */
static struct luo_memfd_run luo_memfd_unready_run(struct luo_memfd_walk *walk,
						  struct xa_state *xas,
						  struct folio *folio)
{
	struct luo_memfd_run run = luo_memfd_entry_run(walk, xas, folio), next;

	while (run.end - run.start < LUO_MEMFD_BATCH &&
	       (folio = xas_next_entry(xas, walk->end - 1))) {
		next = luo_memfd_entry_run(walk, xas, folio);
		if (next.start != run.end || next.moves != run.moves ||
		    luo_memfd_known_end(walk, next.start) != next.start)
			break;
		if (!next.moves && !xa_is_value(folio) &&
		    !folio_test_locked(folio) && folio_test_uptodate(folio))
			break;
		run.end = next.end;
	}

	return run;
}

/*
 * Pin what is ready, as many folios as there is room for in the list. Returns
 * what comes next and is not ready, empty if nothing was found.
 */
static struct luo_memfd_run luo_memfd_pin_ready(struct luo_memfd_walk *walk,
						unsigned int room)
{
	XA_STATE(xas, &walk->file->f_mapping->i_pages, walk->index);
	struct luo_memfd_run unready = {};
	struct folio *folio;
	pgoff_t known_end;
	u64 limit;

	walk->block = ULONG_MAX;
	limit = walk->list->nr_pages + room;
	xas_lock_irq(&xas);
	folio = xas_find(&xas, walk->end - 1);
	while (folio && walk->list->nr_pages < limit) {
		known_end = luo_memfd_known_end(walk, xas.xa_index);
		if (known_end != xas.xa_index) {
			xas_set(&xas, known_end);
			folio = xas_find(&xas, walk->end - 1);
			continue;
		}

		if (!luo_memfd_pin_folio(walk, folio)) {
			unready = luo_memfd_unready_run(walk, &xas, folio);
			break;
		}

		if (folio_test_large(folio)) {
			luo_memfd_add_folio(walk, folio);
			folio = xas_next_entry(&xas, walk->end - 1);
		} else {
			folio = luo_memfd_add_pages(walk, &xas, folio,
						    limit - walk->list->nr_pages);
		}
	}
	if (!folio)
		walk->index = walk->end;
	xas_unlock_irq(&xas);

	return unready;
}

/*
 * A folio that was fallocated and not written to yet is zeroed now: it would be
 * dropped as one that has no content, and be zeroed when it is written to.
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

/* A reference that stays would keep a folio from being moved. */
static void luo_memfd_prepare_run(struct luo_memfd_walk *walk,
				  const struct luo_memfd_run *run)
{
	pgoff_t index = run->start;
	struct folio_batch fbatch;
	unsigned int i;

	folio_batch_init(&fbatch);
	while (filemap_get_folios(walk->file->f_mapping, &index, run->end - 1,
				  &fbatch)) {
		for (i = 0; i < folio_batch_count(&fbatch); i++)
			luo_memfd_prepare_folio(fbatch.folios[i]);
		folio_batch_release(&fbatch);
	}
}

/* Who was about to replace a folio when it was pinned is done after this. */
static bool luo_memfd_is_in_file(const struct luo_memfd_walk *walk,
				 struct folio *folio)
{
	bool is_in_file;

	folio_lock(folio);
	is_in_file = folio->mapping == walk->file->f_mapping;
	folio_unlock(folio);

	return is_in_file;
}

/*
 * A folio that somebody is using cannot be moved, and memfd_pin_folios() says then
 * that there is no memory. Most are done with it soon.
 */
static long luo_memfd_pin_folios(struct luo_memfd_walk *walk, loff_t last,
				 pgoff_t *offset)
{
	unsigned int ms = 1;
	long nr;

	for (;;) {
		nr = memfd_pin_folios(walk->file,
				      (loff_t)walk->index << PAGE_SHIFT, last,
				      walk->folios, LUO_MEMFD_BATCH, offset);
		if (nr != -ENOMEM || ms > LUO_MEMFD_PATIENCE_MS)
			return nr;
		msleep(ms);
		ms *= 2;
	}
}

/*
 * Pinning for long moves folios out of the scratch areas, which are CMA. What
 * was taken out of the file meanwhile is looked for again.
 *
 * Until its first page is pinned, a run may be made part of a larger folio that
 * an earlier run, or this one, has pinned already.
 */
static int luo_memfd_pin_run(struct luo_memfd_walk *walk,
			     const struct luo_memfd_run *run)
{
	loff_t last = i_size_read(file_inode(walk->file)) - 1;
	pgoff_t offset;
	long nr, i;
	int err;

	/* The largest file ends in a page whose end is no file offset. */
	if (run->end < walk->end)
		last = ((loff_t)run->end << PAGE_SHIFT) - 1;

	walk->index = max(walk->index, run->start);
	while (walk->index < min(run->end, walk->end)) {
		err = luo_memfd_extents_reserve(walk->list, LUO_MEMFD_BATCH);
		if (err)
			return err;

		nr = luo_memfd_pin_folios(walk, last, &offset);
		if (nr < 0)
			return nr;

		for (i = 0; i < nr; i++) {
			if (!luo_memfd_is_in_file(walk, walk->folios[i]))
				break;
			luo_memfd_add_folio(walk, walk->folios[i]);
		}
		unpin_folios(walk->folios + i, nr - i);
	}

	return 0;
}

static int luo_memfd_pin_unready(struct luo_memfd_walk *walk,
				 const struct luo_memfd_run *run)
{
	u64 began = ktime_get_ns();
	int err;

	luo_memfd_prepare_run(walk, run);
	err = luo_memfd_pin_run(walk, run);
	if (run->moves) {
		walk->nr_moved += run->end - run->start;
		walk->moved_ns += ktime_get_ns() - began;
	}

	return err;
}

static int luo_memfd_pin(struct luo_memfd_walk *walk)
{
	struct luo_memfd_run run;
	unsigned int room;
	int err;

	while (walk->index < walk->end) {
		room = clamp(READ_ONCE(walk->file->f_mapping->nrpages), 1,
			     LUO_MEMFD_BATCH);
		err = luo_memfd_extents_reserve(walk->list, room);
		if (err)
			return err;

		run = luo_memfd_pin_ready(walk, room);
		if (run.end) {
			err = luo_memfd_pin_unready(walk, &run);
			if (err)
				return err;
		}
		cond_resched();
	}

	if (walk->nr_moved)
		trace_luo_memfd_move(walk->nr_moved, walk->moved_ns);

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
	struct luo_memfd_walk *walk __free(kfree) = kzalloc_obj(*walk);
	u64 i, nr_known = list->nr;
	int err;

	if (!walk)
		return -ENOMEM;

	walk->file = file;
	walk->list = list;
	walk->nr_known = nr_known;
	walk->end = DIV_ROUND_UP_ULL(i_size_read(file_inode(file)), PAGE_SIZE);
	err = luo_memfd_pin(walk);
	if (err)
		goto err_unpin;

	for (i = nr_known; i < list->nr; i++) {
		err = luo_memfd_preserve_extent(&list->extents[i], flags);
		if (err)
			goto err_unpreserve;
		cond_resched();
	}

	return 0;

err_unpreserve:
	while (i-- > nr_known)
		luo_memfd_unpreserve_extent(&list->extents[i], flags);
err_unpin:
	for (i = nr_known; i < list->nr; i++)
		luo_memfd_unpin_extent(&list->extents[i]);
	luo_memfd_extents_truncate(list, nr_known);

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
