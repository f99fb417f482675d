// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Collecting the folios of a memfd
 *
 * Finds the folios of a file, pins them in memory that can be preserved, and preserves
 * them. No page is allocated for a hole.
 *
 * Most folios can be pinned at once. One walk over the page cache, under its lock, pins
 * them in batches. The walk leaves all others to luo_memfd_pin.c: folios in swap,
 * folios that were allocated and never written, locked folios, and those that must
 * move. Moves cost more than all other work, and are counted separately.
 *
 * Shmem marks each folio that is added after the file was preserved. Freeze visits only
 * marked folios, so its cost grows with their number and not with the size of the file.
 * A folio in the page cache is preserved if and only if it has no mark.
 */

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <linux/xarray.h>

#include <trace/events/luo.h>

#include "internal.h"
#include "luo_memfd.h"

/*
 * Pin a folio if it is ready to be pinned. The lock of the page cache is held, so the
 * folio keeps its reference. Code that replaces or removes a folio locks it first, and
 * leaves a pinned folio unchanged.
 *
 * Mark the folio dirty, because it may be written after it was preserved. Freeze could
 * not find out whether it was: the dirty bit may still be in a page table.
 */
static bool luo_memfd_pin_folio(struct luo_memfd_walk *walk,
				struct folio *folio)
{
	if (xa_is_value(folio) || folio_test_locked(folio) ||
	    !folio_test_uptodate(folio) || folio_contain_hwpoisoned_page(folio) ||
	    !luo_memfd_pin_may_stay(walk, folio) ||
	    try_grab_folio(folio, 1, FOLL_PIN))
		return false;

	if (!folio_test_dirty(folio))
		folio_mark_dirty(folio);

	return true;
}

#ifdef CONFIG_MEMORY_FAILURE
#define LUO_MEMFD_PG_HWPOISON	BIT(PG_hwpoison)
#else
#define LUO_MEMFD_PG_HWPOISON	0
#endif

/* The fast path of luo_memfd_pin_folio() for a single page that is already dirty. */
static bool luo_memfd_pin_page(struct page *page)
{
	const unsigned long wanted = BIT(PG_uptodate) | BIT(PG_dirty);
	const unsigned long unwanted = BIT(PG_locked) | BIT(PG_head) |
				       LUO_MEMFD_PG_HWPOISON;

	return (READ_ONCE(page->flags.f) & (wanted | unwanted)) == wanted &&
	       page_ref_add_unless_zero(page, GUP_PIN_COUNTING_BIAS);
}

/*
 * Add a pinned page to the list. Pin and add also the pages that follow it both in the
 * file and in memory, upwards or downwards, at most @max of the same pageblock. Return
 * the next folio of the walk.
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

	max = min_t(unsigned long, max,
		    down ? pfn - pageblock_start_pfn(pfn) + 1 :
			   pageblock_end_pfn(pfn) - pfn);
	while (nr < max && &next->page == &first->page + step * (int)nr &&
	       xas->xa_index == index + nr && luo_memfd_pin_page(&next->page)) {
		nr++;
		next = xas_next_entry(xas, walk->end - 1);
	}

	if (nr > 1)
		node_stat_mod_folio(first, NR_FOLL_PIN_ACQUIRED, nr - 1);
	luo_memfd_pin_walk_add(walk, &(struct luo_memfd_extent_ser){
					.index = index,
					.pfn = down ? pfn - (nr - 1) : pfn,
					.nr_pages = nr,
					.flags = down && nr > 1 ?
						 LUO_MEMFD_DESCENDING : 0,
				 });

	return next;
}

static struct luo_memfd_unready luo_memfd_entry_run(struct luo_memfd_walk *walk,
						    struct xa_state *xas,
						    struct folio *folio)
{
	unsigned long nr;

	if (!xa_is_value(folio))
		return (struct luo_memfd_unready){
			folio->index, folio_next_index(folio),
			!luo_memfd_pin_may_stay(walk, folio)
		};

	nr = 1UL << xas_get_order(xas);

	return (struct luo_memfd_unready){
		round_down(xas->xa_index, nr), round_down(xas->xa_index, nr) + nr
	};
}

/* Return the run that begins with a folio that is not ready: at most one batch. */
static struct luo_memfd_unready luo_memfd_unready_run(struct luo_memfd_walk *walk,
						      struct xa_state *xas,
						      struct folio *folio)
{
	struct luo_memfd_unready run = luo_memfd_entry_run(walk, xas, folio), next;

	while (run.end - run.start < LUO_MEMFD_BATCH &&
	       (folio = xas_next_entry(xas, walk->end - 1))) {
		next = luo_memfd_entry_run(walk, xas, folio);
		if (next.start != run.end || next.moves != run.moves)
			break;
		if (!next.moves && !xa_is_value(folio) &&
		    !folio_test_locked(folio) && folio_test_uptodate(folio))
			break;
		run.end = next.end;
	}

	return run;
}

/*
 * Pin folios that are ready, at most @max_pages pages. Return the next run that is not
 * ready, or an empty run if there is none.
 */
static struct luo_memfd_unready luo_memfd_pin_ready(struct luo_memfd_walk *walk,
						    unsigned int max_pages)
{
	XA_STATE(xas, &walk->inode->i_mapping->i_pages, walk->index);
	struct luo_memfd_unready unready = {};
	struct folio *folio;
	u64 limit;

	walk->block = ULONG_MAX;
	limit = walk->list->nr_pages + max_pages;
	xas_lock_irq(&xas);
	folio = xas_find(&xas, walk->end - 1);
	while (folio && walk->list->nr_pages < limit) {
		if (!luo_memfd_pin_folio(walk, folio)) {
			unready = luo_memfd_unready_run(walk, &xas, folio);
			break;
		}

		if (folio_test_large(folio)) {
			luo_memfd_pin_walk_add_folio(walk, folio);
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

static int luo_memfd_pin(struct luo_memfd_walk *walk)
{
	struct luo_memfd_unready run;
	unsigned int max_pages;
	int err;

	while (walk->index < walk->end) {
		if (fatal_signal_pending(current))
			return -EINTR;
		max_pages = clamp(READ_ONCE(walk->inode->i_mapping->nrpages), 1,
				  LUO_MEMFD_BATCH);
		err = luo_memfd_extents_reserve(walk->list, max_pages);
		if (err)
			return err;

		run = luo_memfd_pin_ready(walk, max_pages);
		if (run.end) {
			err = luo_memfd_pin_run(walk, &run);
			if (err)
				return err;
		}
		cond_resched();
	}

	return 0;
}

/* The same for marked folios, at most one batch. */
static struct luo_memfd_unready luo_memfd_pin_marked_ready(struct luo_memfd_walk *walk)
{
	XA_STATE(xas, &walk->inode->i_mapping->i_pages, walk->index);
	struct luo_memfd_unready unready = {};
	unsigned int nr_left = LUO_MEMFD_BATCH;
	struct folio *folio;

	walk->block = ULONG_MAX;
	xas_lock_irq(&xas);
	xas_for_each_marked(&xas, folio, walk->end - 1, SHMEM_TAG_ADDED) {
		if (!luo_memfd_pin_folio(walk, folio)) {
			unready = luo_memfd_entry_run(walk, &xas, folio);
			break;
		}
		luo_memfd_pin_walk_add_folio(walk, folio);
		xas_clear_mark(&xas, SHMEM_TAG_ADDED);
		if (!--nr_left)
			break;
	}
	if (!folio)
		walk->index = walk->end;
	xas_unlock_irq(&xas);

	return unready;
}

static int luo_memfd_pin_marked(struct luo_memfd_walk *walk)
{
	struct luo_memfd_unready run;
	int err;

	while (walk->index < walk->end) {
		err = luo_memfd_extents_reserve(walk->list, LUO_MEMFD_BATCH);
		if (err)
			return err;

		run = luo_memfd_pin_marked_ready(walk);
		if (run.end) {
			err = luo_memfd_pin_run(walk, &run);
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
	struct luo_run run = luo_memfd_extent_run(extent, flags);

	luo_run_unpreserve(&run);
}

static int luo_memfd_preserve_extent(const struct luo_memfd_extent_ser *extent,
				     u32 flags)
{
	struct luo_run run = luo_memfd_extent_run(extent, flags);

	return luo_run_preserve(&run);
}

static void luo_memfd_unpin_pages(struct page *page, u32 nr)
{
	struct folio *folio;
	u32 i;

	for (i = 0; i < nr; i += folio_nr_pages(folio)) {
		folio = page_folio(page + i);
		unpin_folio(folio);
	}
}

/* Pages that are absent, see luo_memfd_lazy.c, are in the list and not pinned. */
static void luo_memfd_unpin_extent(struct inode *inode,
				   const struct luo_memfd_extent_ser *extent)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	u64 last = extent->index + extent->nr_pages;
	u64 index = extent->index, end = last;
	u32 first;

	for (;; index = end, end = last) {
		index = luo_memfd_relist_present(inode, index, &end);
		if (index == end)
			return;
		first = luo_run_mirror(&run, index - extent->index, end - index);
		luo_memfd_unpin_pages(pfn_to_page(run.pfn + first), end - index);
	}
}

/**
 * luo_memfd_collect_clear_mark - Clear the mark of a folio that was added.
 * @inode: The file.
 * @index: Index of the first page of the folio.
 */
void luo_memfd_collect_clear_mark(struct inode *inode, pgoff_t index)
{
	XA_STATE(xas, &inode->i_mapping->i_pages, index);

	xas_lock_irq(&xas);
	if (xas_load(&xas))
		xas_clear_mark(&xas, SHMEM_TAG_ADDED);
	xas_unlock_irq(&xas);
}

/* Mark the folios of an extent as added. */
static void luo_memfd_mark_extent(struct inode *inode,
				  const struct luo_memfd_extent_ser *extent)
{
	XA_STATE(xas, &inode->i_mapping->i_pages, extent->index);
	unsigned int nr = 0;
	void *entry;

	xas_lock_irq(&xas);
	xas_for_each(&xas, entry, extent->index + extent->nr_pages - 1) {
		xas_set_mark(&xas, SHMEM_TAG_ADDED);
		if (++nr % XA_CHECK_SCHED)
			continue;
		xas_pause(&xas);
		xas_unlock_irq(&xas);
		cond_resched();
		xas_lock_irq(&xas);
	}
	xas_unlock_irq(&xas);
}

/*
 * Clear the marks of all folios in the list. A folio that was added during the walk is
 * marked, and the walk may have found it nevertheless. Other marks may remain from an
 * earlier preservation of the file.
 */
static void luo_memfd_clear_marks(struct luo_memfd_walk *walk)
{
	struct xarray *pages = &walk->inode->i_mapping->i_pages;
	unsigned long index = 0;

	while (xa_find(pages, &index, walk->end - 1, SHMEM_TAG_ADDED)) {
		if (luo_memfd_extents_find(walk->list, index))
			luo_memfd_collect_clear_mark(walk->inode, index);
		index++;
		cond_resched();
	}
}

static int luo_memfd_preserve_extents(const struct luo_memfd_extents *list,
				      u32 flags, bool killable)
{
	int err;
	u64 i;

	for (i = 0; i < list->nr; i++) {
		err = killable && fatal_signal_pending(current) ? -EINTR :
		      luo_memfd_preserve_extent(&list->extents[i], flags);
		if (err)
			goto err_unpreserve;
		cond_resched();
	}

	return 0;

err_unpreserve:
	while (i--)
		luo_memfd_unpreserve_extent(&list->extents[i], flags);

	return err;
}

static void luo_memfd_unpin_extents(struct inode *inode,
				    const struct luo_memfd_extents *list)
{
	u64 i;

	for (i = 0; i < list->nr; i++) {
		luo_memfd_unpin_extent(inode, &list->extents[i]);
		cond_resched();
	}
}

static void luo_memfd_walk_init(struct luo_memfd_walk *walk,
				struct inode *inode,
				struct luo_memfd_extents *list)
{
	*walk = (struct luo_memfd_walk){
		.inode = inode,
		.list = list,
		.end = DIV_ROUND_UP_ULL(i_size_read(inode), PAGE_SIZE),
		.block = ULONG_MAX,
	};
}

/**
 * luo_memfd_collect - Pin and preserve the folios of a file.
 * @inode: A shmem file that marks added folios, see shmem_mark_added(), and from
 *         which no folio is removed meanwhile.
 * @list:  Must be empty. Set to the folios, in ascending order of file index.
 * @flags: LUO_MEMFD_* of the file.
 *
 * Context: Process context, may sleep. The inode is locked.
 * Return: 0; -EINTR for a fatal signal; -EBUSY if a folio must move and is in use;
 * -EIO if KHO does not have an absent page; -ENOMEM or another negative errno. On
 * failure @list is empty and no folio is pinned.
 */
int luo_memfd_collect(struct inode *inode, struct luo_memfd_extents *list,
		      u32 flags)
{
	struct luo_memfd_walk walk;
	int err;

	luo_memfd_walk_init(&walk, inode, list);
	err = luo_memfd_pin(&walk);
	if (!err)
		err = luo_memfd_relist(&walk);
	if (!err)
		err = luo_memfd_preserve_extents(list, flags, true);
	if (err)
		goto err_unpin;

	luo_memfd_clear_marks(&walk);
	if (walk.nr_moved)
		trace_luo_memfd_move(walk.nr_moved, walk.moved_ns);

	return 0;

err_unpin:
	luo_memfd_relist_release_begin(inode);
	luo_memfd_unpin_extents(inode, list);
	luo_memfd_relist_release_end(inode);
	luo_memfd_extents_free(list);

	return err;
}

/**
 * luo_memfd_collect_added - Pin and preserve the marked folios of a file.
 * @inode: A shmem file whose holes are frozen, see shmem_freeze_holes().
 * @list:  Must be empty. Set to the folios, in ascending order of file index. Their
 *         marks are cleared.
 * @flags: LUO_MEMFD_* of the file.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_collect(), with the marks unchanged on failure.
 */
int luo_memfd_collect_added(struct inode *inode, struct luo_memfd_extents *list,
			    u32 flags)
{
	struct luo_memfd_walk walk;
	int err;
	u64 i;

	luo_memfd_walk_init(&walk, inode, list);
	err = luo_memfd_pin_marked(&walk);
	if (!err)
		err = luo_memfd_preserve_extents(list, flags, false);
	if (!err)
		return 0;

	for (i = 0; i < list->nr; i++)
		luo_memfd_mark_extent(inode, &list->extents[i]);
	luo_memfd_unpin_extents(inode, list);
	luo_memfd_extents_free(list);

	return err;
}

/**
 * luo_memfd_collect_undo_added - Undo luo_memfd_collect_added().
 * @inode: The file.
 * @list:  The folios. Emptied.
 * @flags: LUO_MEMFD_* of the file.
 */
void luo_memfd_collect_undo_added(struct inode *inode,
				  struct luo_memfd_extents *list, u32 flags)
{
	u64 i;

	for (i = 0; i < list->nr; i++) {
		luo_memfd_mark_extent(inode, &list->extents[i]);
		luo_memfd_collect_release(inode, &list->extents[i], flags);
	}
	luo_memfd_extents_free(list);
}

/**
 * luo_memfd_collect_release - Unpreserve and unpin the pages of an extent.
 * @inode:  The file.
 * @extent: The extent.
 * @flags:  LUO_MEMFD_* of the file.
 */
void luo_memfd_collect_release(struct inode *inode,
			       const struct luo_memfd_extent_ser *extent, u32 flags)
{
	luo_memfd_unpreserve_extent(extent, flags);
	luo_memfd_unpin_extent(inode, extent);
}

/**
 * luo_memfd_collect_poisoned - Find a poisoned page in an extent.
 * @extent: The extent, whose pages are pinned.
 * @offset: First page to check, in pages from the lowest page in memory.
 *
 * Return: The offset of the poisoned page, in pages from the lowest one in memory; the
 * length of the extent if there is none.
 */
u32 luo_memfd_collect_poisoned(const struct luo_memfd_extent_ser *extent, u32 offset)
{
	struct page *page = pfn_to_page(extent->pfn);

	while (offset < extent->nr_pages && !PageHWPoison(page + offset))
		offset++;

	return offset;
}
