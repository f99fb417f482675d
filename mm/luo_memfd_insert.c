// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pages into a memfd, many at a time
 *
 * Puts folios into the page cache of a file that nobody else can see yet. Single
 * pages are gathered in a batch, and what can be done once for all of them is
 * done once: the blocks of the file, the charge to the memory cgroup, the locks
 * of the page cache and of the LRU list, and the counters. What is left for each
 * page is to fill in its &struct folio, its slot and its place in the list.
 *
 * When all is inserted, everything counts as if the pages had been written one
 * by one.
 */

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/xarray.h>

#include <trace/events/pagemap.h>

#include "internal.h"
#include "luo_memfd.h"

/* What the page of a shmem file that was written to has. */
#define LUO_MEMFD_PAGE_FLAGS						\
	(BIT(PG_swapbacked) | BIT(PG_uptodate) | BIT(PG_dirty))

/*
 * Where the limit of the cgroup is hit the program gets an error, and is not
 * killed: it may hold other files that have yet to be retrieved.
 */
static gfp_t luo_memfd_gfp(const struct inode *inode)
{
	return mapping_gfp_mask(inode->i_mapping) | __GFP_RETRY_MAYFAIL;
}

/* How many of @folios are neighbours in the file. From here on they are its. */
static unsigned int luo_memfd_next_run(struct address_space *mapping,
				       struct folio **folios, unsigned int nr)
{
	pgoff_t first = folios[0]->index;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (folios[i]->index != first + i)
			break;
		folios[i]->mapping = mapping;
		folios[i]->flags.f |= LUO_MEMFD_PAGE_FLAGS;
	}

	return i;
}

static void luo_memfd_store(struct luo_memfd_batch *batch, struct xa_state *xas)
{
	struct folio **folios;
	unsigned int nr, i;

	while (batch->nr_stored < batch->nr) {
		folios = batch->folios + batch->nr_stored;
		nr = luo_memfd_next_run(batch->inode->i_mapping, folios,
					batch->nr - batch->nr_stored);
		for (i = 0; i < nr && !xas_error(xas);) {
			xas_set(xas, folios[i]->index);
			i += xas_store_run(xas, (void **)folios + i, nr - i);
		}
		batch->nr_stored += i;
		if (xas_error(xas))
			return;
	}
}

static int luo_memfd_add_to_page_cache(struct luo_memfd_batch *batch, gfp_t gfp)
{
	struct address_space *mapping = batch->inode->i_mapping;
	XA_STATE(xas, &mapping->i_pages, 0);
	unsigned int first, i;

	do {
		xas_lock_irq(&xas);
		first = batch->nr_stored;
		luo_memfd_store(batch, &xas);
		mapping->nrpages += batch->nr_stored - first;
		xas_unlock_irq(&xas);
	} while (xas_nomem(&xas, gfp));

	lruvec_stat_mod_folio(batch->folios[0], NR_FILE_PAGES,
			      batch->nr_stored);
	lruvec_stat_mod_folio(batch->folios[0], NR_SHMEM, batch->nr_stored);
	for (i = batch->nr_stored; i < batch->nr; i++)
		batch->folios[i]->mapping = NULL;

	return xas_error(&xas);
}

/* From here on they may be swapped out. Of one cgroup, node and zone. */
static void luo_memfd_add_to_lru(struct folio **folios, unsigned int nr)
{
	struct lruvec *lruvec = folio_lruvec_lock_irq(folios[0]);
	unsigned int i;

	if (!lru_gen_enabled())
		update_lru_size(lruvec, LRU_INACTIVE_ANON,
				folio_zonenum(folios[0]), nr);
	for (i = 0; i < nr; i++) {
		if (lru_gen_enabled())
			lruvec_add_folio(lruvec, folios[i]);
		else
			list_add(&folios[i]->lru,
				 &lruvec->lists[LRU_INACTIVE_ANON]);
		trace_mm_lru_insertion(folios[i]);
		folio_set_lru(folios[i]);
	}
	lruvec_unlock_irq(lruvec);
}

static int luo_memfd_insert_batch(struct luo_memfd_batch *batch)
{
	gfp_t gfp = luo_memfd_gfp(batch->inode);
	int err;

	err = shmem_inode_acct_blocks(batch->inode, batch->nr);
	if (err)
		return err;

	folio_throttle_swaprate(batch->folios[0], gfp);
	err = mem_cgroup_charge_folios(batch->folios, batch->nr, NULL, gfp);
	if (!err)
		err = luo_memfd_add_to_page_cache(batch,
						  gfp & GFP_RECLAIM_MASK);
	/* This also gives back the blocks of what was not stored. */
	shmem_recalc_inode(batch->inode, batch->nr, 0);
	if (batch->nr_stored)
		luo_memfd_add_to_lru(batch->folios, batch->nr_stored);

	return err;
}

/**
 * luo_memfd_flush - Insert what is in a batch.
 * @batch: The batch, empty afterwards.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EEXIST, and then what is not in the file is
 * free.
 */
int luo_memfd_flush(struct luo_memfd_batch *batch)
{
	int err;

	if (!batch->nr)
		return 0;

	err = luo_memfd_insert_batch(batch);
	while (batch->nr > batch->nr_stored)
		folio_put(batch->folios[--batch->nr]);
	batch->nr = 0;
	batch->nr_stored = 0;
	cond_resched();

	return err;
}

/* How many of @nr pages fit into a batch and are of its zone. */
static unsigned int luo_memfd_room(struct luo_memfd_batch *batch,
				   struct page *page, unsigned long nr,
				   int step)
{
	if (!batch->nr)
		batch->zone_id = page_zone_id(page);
	else if (batch->zone_id != page_zone_id(page))
		return 0;

	nr = min(nr, ARRAY_SIZE(batch->folios) - batch->nr);
	if (nr < 2)
		return nr;

	/* Zones meet where pageblocks do, and those are larger than a batch. */
	page += (long)(nr - 1) * step;

	return page_zone_id(page) == batch->zone_id ? nr : 1;
}

/**
 * luo_memfd_insert_pages - Insert single pages, now or with the next flush.
 * @batch: The batch of the file.
 * @page:  The first of them in the file, each with one reference, which is taken
 *         over.
 * @step:  Where the next one is in memory: 1 or -1.
 * @nr:    How many there are.
 * @index: Where @page belongs in the file.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_flush(), whose error may be about earlier pages; then
 * all that are not in the file are free.
 */
int luo_memfd_insert_pages(struct luo_memfd_batch *batch, struct page *page,
			   int step, unsigned long nr, pgoff_t index)
{
	struct folio *folio;
	unsigned int room;
	int err = 0;

	while (nr && !err) {
		room = luo_memfd_room(batch, page, nr, step);
		if (!room) {
			err = luo_memfd_flush(batch);
			continue;
		}

		for (nr -= room; room; room--, page += step) {
			folio = page_folio(page);
			folio->index = index++;
			batch->folios[batch->nr++] = folio;
		}
	}

	for (; nr; nr--, page += step)
		put_page(page);

	return err;
}

/**
 * luo_memfd_insert_folio - Insert a folio of any order.
 * @inode: The file.
 * @folio: The folio, with one reference, which is taken over.
 * @index: Where it belongs in the file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EEXIST, and then the folio is free.
 */
int luo_memfd_insert_folio(struct inode *inode, struct folio *folio,
			   pgoff_t index)
{
	struct address_space *mapping = inode->i_mapping;
	gfp_t gfp = luo_memfd_gfp(inode);
	int err;

	page_rmappable_folio(&folio->page);
	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);

	err = mem_cgroup_charge(folio, NULL, gfp);
	if (err)
		goto out_unlock;

	err = shmem_add_to_page_cache(folio, mapping, index, NULL, gfp);
	if (err)
		goto out_unlock;

	folio_mark_uptodate(folio);
	folio_mark_dirty(folio);
	err = shmem_inode_acct_blocks(inode, folio_nr_pages(folio));
	if (err) {
		filemap_remove_folio(folio);
		goto out_unlock;
	}
	shmem_recalc_inode(inode, folio_nr_pages(folio), 0);
	folio_add_lru(folio);

out_unlock:
	folio_unlock(folio);
	folio_put(folio);

	return err;
}
