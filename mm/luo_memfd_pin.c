// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Folios of a memfd that are not ready to be pinned
 *
 * Reads folios from swap, zeroes folios that were allocated and never written, and moves
 * folios out of memory that cannot be preserved. No page is allocated for a hole. A
 * clean folio may be reclaimed before it is pinned, and leaves a hole with the same
 * content.
 *
 * Called by luo_memfd_collect.c. A pinned folio in ZONE_MOVABLE or CMA blocks the
 * removal of that memory until the kexec. That is accepted: only folios in memory that
 * kho_check_range() refuses are moved.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/folio_batch.h>
#include <linux/kexec_handover.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pageblock-flags.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "internal.h"
#include "luo_memfd.h"

/*
 * How long to try to move a folio that is in use, and the longest wait between two tries.
 * A folio that a program uses all the time is free only for moments, so try often. If it
 * is still in use at freeze, the kexec is refused.
 */
#define LUO_MEMFD_MOVE_TIMEOUT_MS	1000
#define LUO_MEMFD_RETRY_MS	16U

/**
 * luo_memfd_pin_may_stay - Check whether a folio can be preserved without a move.
 * @walk:  The walk, which caches the result for a pageblock.
 * @folio: The folio.
 *
 * Return: true if its whole pageblock is memory that the next kernel has, and not in a
 * scratch area.
 */
bool luo_memfd_pin_may_stay(struct luo_memfd_walk *walk, struct folio *folio)
{
	unsigned long block = pageblock_start_pfn(folio_pfn(folio));

	if (walk->block != block) {
		walk->block = block;
		walk->may_stay = !kho_check_range(PFN_PHYS(block),
						  PAGE_SIZE * pageblock_nr_pages);
	}

	return walk->may_stay;
}

/**
 * luo_memfd_pin_walk_add - Add pinned pages to the list of a walk.
 * @walk:   The walk, whose list can hold another extent.
 * @extent: The pages.
 *
 * An extent never crosses the border of a NUMA node, because kho_preserve_pages() splits
 * a range there and luo_run_key_order() does not.
 */
void luo_memfd_pin_walk_add(struct luo_memfd_walk *walk,
			    const struct luo_memfd_extent_ser *extent)
{
	int nid = pfn_to_nid(extent->pfn);

	luo_memfd_extents_add(walk->list, walk->nid == nid ? 0 : walk->list->nr,
			      extent);
	walk->nid = nid;
	walk->index = extent->index + extent->nr_pages;
}

/**
 * luo_memfd_pin_walk_add_folio - Add a pinned folio to the list of a walk.
 * @walk:  The walk, whose list can hold another extent.
 * @folio: The folio.
 */
void luo_memfd_pin_walk_add_folio(struct luo_memfd_walk *walk, struct folio *folio)
{
	luo_memfd_pin_walk_add(walk, &(struct luo_memfd_extent_ser){
					.index = folio->index,
					.pfn = folio_pfn(folio),
					.nr_pages = folio_nr_pages(folio),
					.order = folio_order(folio),
				 });
}

static struct folio *luo_memfd_move_target(struct folio *old,
					   unsigned long private)
{
	bool *no_memory = (bool *)private;
	struct folio *folio;

	folio = kho_alloc_folio(GFP_USER | __GFP_NOWARN | __GFP_RETRY_MAYFAIL,
				folio_order(old));
	if (!folio)
		*no_memory = true;

	return folio;
}

/* Only a folio on an LRU list can be moved, and some may still be in per-CPU batches. */
static void luo_memfd_isolate(struct folio *folio, struct list_head *folios,
			      bool *drained)
{
	bool isolated = folio_isolate_lru(folio);

	if (!isolated && !*drained) {
		lru_add_drain_all();
		*drained = true;
		isolated = folio_isolate_lru(folio);
	}
	if (!isolated)
		return;

	list_add_tail(&folio->lru, folios);
	node_stat_mod_folio(folio, NR_ISOLATED_ANON + folio_is_file_lru(folio),
			    folio_nr_pages(folio));
}

/* Move the folios of a run, except for those that are in use. */
static int luo_memfd_move(struct luo_memfd_walk *walk,
			  const struct luo_memfd_unready *run)
{
	pgoff_t index = max(walk->index, run->start);
	bool drained = false, no_memory = false;
	struct folio_batch fbatch;
	LIST_HEAD(folios);
	unsigned int i;

	folio_batch_init(&fbatch);
	while (index < run->end &&
	       filemap_get_folios(walk->inode->i_mapping, &index, run->end - 1,
				  &fbatch)) {
		for (i = 0; i < folio_batch_count(&fbatch); i++) {
			if (!luo_memfd_pin_may_stay(walk, fbatch.folios[i]))
				luo_memfd_isolate(fbatch.folios[i], &folios,
						  &drained);
		}
		folio_batch_release(&fbatch);
	}

	if (!list_empty(&folios) &&
	    migrate_pages(&folios, luo_memfd_move_target, NULL,
			  (unsigned long)&no_memory, MIGRATE_SYNC,
			  MR_LONGTERM_PIN, NULL))
		putback_movable_pages(&folios);

	return no_memory ? -ENOMEM : 0;
}

/*
 * A poisoned page cannot be moved, and in a scratch area the next kernel would use it.
 * If its folio could not be split, the format has no field for a poisoned page within a
 * folio.
 */
static int luo_memfd_pin_poisoned(struct luo_memfd_walk *walk,
				  struct folio *folio)
{
	int err;

	if (folio_test_large(folio) ||
	    kho_check_range(PFN_PHYS(folio_pfn(folio)), PAGE_SIZE))
		return -EHWPOISON;

	err = try_grab_folio(folio, 1, FOLL_PIN);
	if (!err)
		luo_memfd_pin_walk_add(walk, &(struct luo_memfd_extent_ser){
						.index = folio->index,
						.pfn = folio_pfn(folio),
						.nr_pages = 1,
						.flags = LUO_MEMFD_POISONED,
					 });

	return err;
}

static int luo_memfd_pin_good(struct luo_memfd_walk *walk, struct folio *folio)
{
	int err;

	if (!luo_memfd_pin_may_stay(walk, folio))
		return -EAGAIN;

	err = try_grab_folio(folio, 1, FOLL_PIN);
	if (!err)
		luo_memfd_pin_walk_add_folio(walk, folio);

	return err;
}

/*
 * Pin the folio at the current index of the walk. While the folio is locked, it is
 * neither removed nor replaced.
 */
static int luo_memfd_pin_next(struct luo_memfd_walk *walk)
{
	struct folio *folio;
	int err;

	err = shmem_get_folio(walk->inode, walk->index, 0, &folio,
			      SGP_NOALLOC);
	if (err == -ENOENT) {
		walk->index++;
		return 0;
	}
	if (err)
		return err;

	folio_mark_dirty(folio);
	err = folio_contain_hwpoisoned_page(folio) ?
	      luo_memfd_pin_poisoned(walk, folio) :
	      luo_memfd_pin_good(walk, folio);
	if (!err)
		luo_memfd_collect_clear_mark(walk->inode, folio->index);
	folio_unlock(folio);
	folio_put(folio);

	return err;
}

/* A folio that is in use cannot be moved. Wait, because most uses are short. */
static int luo_memfd_pin_moving(struct luo_memfd_walk *walk,
				const struct luo_memfd_unready *run)
{
	unsigned int ms = 1, waited_ms = 0;
	int err, moved;

	for (;;) {
		err = luo_memfd_pin_next(walk);
		if (err != -EAGAIN)
			return err;
		moved = luo_memfd_move(walk, run);
		err = luo_memfd_pin_next(walk);
		if (err != -EAGAIN)
			return err;
		if (waited_ms >= LUO_MEMFD_MOVE_TIMEOUT_MS)
			return moved ?: -EBUSY;
		msleep(ms);
		waited_ms += ms;
		ms = min(2 * ms, LUO_MEMFD_RETRY_MS);
	}
}

/**
 * luo_memfd_pin_run - Pin folios that are not ready to be pinned.
 * @walk: The walk, at the beginning of the run.
 * @run:  The pages of the file that are not ready.
 *
 * Context: Process context, sleeps.
 * Return: 0, with the walk after the run; -EBUSY if a folio is in use and cannot be
 * moved; -ENOMEM; -EHWPOISON if a poisoned page is in a large folio or in memory that
 * cannot be preserved; -EIO if a page cannot be read from swap.
 */
int luo_memfd_pin_run(struct luo_memfd_walk *walk,
		      const struct luo_memfd_unready *run)
{
	pgoff_t end = min(run->end, walk->end);
	unsigned int flags = memalloc_pin_save();
	u64 began = ktime_get_ns();
	int err = 0;

	walk->index = max(walk->index, run->start);
	while (!err && walk->index < end) {
		err = luo_memfd_extents_reserve(walk->list, 1);
		if (!err)
			err = luo_memfd_pin_moving(walk, run);
	}
	memalloc_pin_restore(flags);
	if (run->moves) {
		walk->nr_moved += run->end - run->start;
		walk->moved_ns += ktime_get_ns() - began;
	}

	return err;
}
