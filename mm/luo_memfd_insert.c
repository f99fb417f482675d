// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Inserting pages into a memfd
 *
 * Creates a file and adds folios to its page cache before any process can see it.
 * Called by luo_memfd_in.c, and by luo_memfd_retrieve.c with pages that it has claimed.
 *
 * Single pages are collected in a batch. Once per batch, this file accounts the blocks,
 * charges the memory cgroup, takes the locks of the page cache and of the LRU list, and
 * updates the counters. For each page it only sets up &struct folio and a slot of the
 * page cache, and adds the folio to the LRU list.
 *
 * In the end, all counters have the same values as if the pages had been written one by
 * one.
 *
 * luo_memfd_lazy.c calls luo_memfd_insert_absent() and the functions with that prefix
 * for a file that is in use. Their pages are blocks of the file already, and a folio
 * that cannot be inserted stays with the caller.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kho/abi/memfd.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/memfd.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/xarray.h>

#include <uapi/linux/memfd.h>

#include <trace/events/pagemap.h>

#include "internal.h"
#include "luo_memfd.h"

/* The flags of a page of a shmem file that was written. */
#define LUO_MEMFD_PAGE_FLAGS						\
	(BIT(PG_swapbacked) | BIT(PG_uptodate) | BIT(PG_dirty))

/*
 * If the limit of the cgroup is reached, return an error instead of invoking the OOM
 * killer: the program may have to retrieve other files.
 */
static gfp_t luo_memfd_insert_gfp(const struct inode *inode)
{
	return mapping_gfp_mask(inode->i_mapping) | __GFP_RETRY_MAYFAIL;
}

/* Add the first folios to the page cache, up to a gap between their indices. */
static unsigned int luo_memfd_insert_next_run(struct address_space *mapping,
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

static void luo_memfd_insert_store(struct luo_memfd_batch *batch,
				   struct xa_state *xas)
{
	struct folio **folios;
	unsigned int nr, i;

	while (batch->nr_stored < batch->nr) {
		folios = batch->folios + batch->nr_stored;
		nr = luo_memfd_insert_next_run(batch->inode->i_mapping, folios,
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

/* If what is added to the file is marked, mark what was stored. */
static void luo_memfd_insert_mark(struct luo_memfd_batch *batch, unsigned int first)
{
	struct address_space *mapping = batch->inode->i_mapping;
	unsigned int i;

	if (!batch->mark ||
	    !(SHMEM_I(batch->inode)->flags & SHMEM_F_MARK_ADDED))
		return;

	for (i = first; i < batch->nr_stored; i++)
		__xa_set_mark(&mapping->i_pages, batch->folios[i]->index,
			      SHMEM_TAG_ADDED);
}

static int luo_memfd_insert_page_cache(struct luo_memfd_batch *batch, gfp_t gfp)
{
	struct address_space *mapping = batch->inode->i_mapping;
	XA_STATE(xas, &mapping->i_pages, 0);
	unsigned int first, i;

	do {
		xas_lock_irq(&xas);
		first = batch->nr_stored;
		luo_memfd_insert_store(batch, &xas);
		luo_memfd_insert_mark(batch, first);
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

/* All folios are of one cgroup, node and zone. After this they may be swapped out. */
static void luo_memfd_insert_lru(struct folio **folios, unsigned int nr)
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
	gfp_t gfp = luo_memfd_insert_gfp(batch->inode);
	int err;

	err = shmem_inode_acct_blocks(batch->inode, batch->nr);
	if (err)
		return err;

	folio_throttle_swaprate(batch->folios[0], gfp);
	err = mem_cgroup_charge_folios(batch->folios, batch->nr, NULL, gfp);
	if (!err)
		err = luo_memfd_insert_page_cache(batch,
						  gfp & GFP_RECLAIM_MASK);
	/* This also releases the blocks of folios that were not stored. */
	shmem_recalc_inode(batch->inode, batch->nr, 0);
	if (batch->nr_stored)
		luo_memfd_insert_lru(batch->folios, batch->nr_stored);

	return err;
}

/**
 * luo_memfd_insert_flush - Insert the folios of a batch.
 * @batch: The batch. Emptied.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EEXIST, with all folios freed that are not in
 * the file.
 */
int luo_memfd_insert_flush(struct luo_memfd_batch *batch)
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

/**
 * luo_memfd_insert_absent - Insert the folios of a batch into a file that is in use.
 * @batch: The batch, not empty, of pages that are absent, see shmem_set_absent(). The
 *         caller holds a reference to each of them besides that of the file.
 * @gfp:   How to allocate and charge.
 * @mm:    To whom to charge them, NULL for the current task.
 * @mark:  Mark the folios if what is added to the file is marked.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM or -EEXIST. The folios from &luo_memfd_batch.nr_stored on are not
 * in the file and stay with the caller.
 */
int luo_memfd_insert_absent(struct luo_memfd_batch *batch, gfp_t gfp,
			    struct mm_struct *mm, bool mark)
{
	unsigned int i;
	int err;

	folio_throttle_swaprate(batch->folios[0], gfp);
	err = mem_cgroup_charge_folios(batch->folios, batch->nr, mm, gfp);
	if (err)
		return err;

	batch->mark = mark;
	err = luo_memfd_insert_page_cache(batch, gfp & GFP_RECLAIM_MASK);
	shmem_sub_absent(batch->inode, batch->nr_stored);
	if (batch->nr_stored)
		luo_memfd_insert_lru(batch->folios, batch->nr_stored);
	for (i = batch->nr_stored; i < batch->nr; i++)
		mem_cgroup_uncharge(batch->folios[i]);

	return err;
}

/* As shmem_add_to_page_cache(), also into a file whose holes are frozen. */
static int luo_memfd_insert_store_folio(struct address_space *mapping,
					struct folio *folio, gfp_t gfp, bool mark)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, folio->index, folio_order(folio));
	long nr = folio_nr_pages(folio);

	do {
		xas_lock_irq(&xas);
		if (xas_find_conflict(&xas)) {
			xas_set_err(&xas, -EEXIST);
			goto unlock;
		}
		xas_store(&xas, folio);
		if (xas_error(&xas))
			goto unlock;
		if (mark && SHMEM_I(mapping->host)->flags & SHMEM_F_MARK_ADDED)
			xas_set_mark(&xas, SHMEM_TAG_ADDED);
		if (folio_test_pmd_mappable(folio))
			lruvec_stat_mod_folio(folio, NR_SHMEM_THPS, nr);
		lruvec_stat_mod_folio(folio, NR_FILE_PAGES, nr);
		lruvec_stat_mod_folio(folio, NR_SHMEM, nr);
		mapping->nrpages += nr;
unlock:
		xas_unlock_irq(&xas);
	} while (xas_nomem(&xas, gfp));

	return xas_error(&xas);
}

/* Insert a locked folio. On an error it is as before. */
static int luo_memfd_insert_absent_locked(struct inode *inode,
					  struct folio *folio, gfp_t gfp,
					  bool mark)
{
	long nr = folio_nr_pages(folio);
	int err;

	__folio_set_swapbacked(folio);
	folio_mark_uptodate(folio);
	folio_set_dirty(folio);
	folio->mapping = inode->i_mapping;
	folio_ref_add(folio, nr);
	err = luo_memfd_insert_store_folio(inode->i_mapping, folio,
					   gfp & GFP_RECLAIM_MASK, mark);
	if (err) {
		folio->mapping = NULL;
		folio_ref_sub(folio, nr);
		return err;
	}
	shmem_sub_absent(inode, nr);

	return 0;
}

/**
 * luo_memfd_insert_absent_folio - Insert a large folio into a file that is in use.
 * @inode: The file.
 * @folio: The folio, absent, with its index. Its reference becomes that of the file.
 * @gfp:   How to allocate and charge.
 * @mm:    To whom to charge it, NULL for the current task.
 * @mark:  Mark the folio if what is added to the file is marked.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM or -EEXIST, with the folio left to the caller.
 */
int luo_memfd_insert_absent_folio(struct inode *inode, struct folio *folio,
				  gfp_t gfp, struct mm_struct *mm, bool mark)
{
	int err;

	err = mem_cgroup_charge(folio, mm, gfp);
	if (err)
		return err;

	__folio_set_locked(folio);
	err = luo_memfd_insert_absent_locked(inode, folio, gfp, mark);
	if (err) {
		folio_unlock(folio);
		mem_cgroup_uncharge(folio);
		return err;
	}

	folio_add_lru(folio);
	folio_unlock(folio);
	folio_put(folio);

	return 0;
}

/**
 * luo_memfd_insert_absent_poison - Insert a poisoned page into a file that is in use.
 * @inode: The file.
 * @folio: The page, absent, with its index. The reference of the caller stays for good.
 * @gfp:   How to allocate.
 * @mark:  Mark the page if what is added to the file is marked.
 *
 * As luo_memfd_insert_poison().
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM or -EEXIST, with the page left to the caller.
 */
int luo_memfd_insert_absent_poison(struct inode *inode, struct folio *folio,
				   gfp_t gfp, bool mark)
{
	int err;

	luo_memfd_insert_retire(folio_pfn(folio));
	__folio_set_locked(folio);
	err = luo_memfd_insert_absent_locked(inode, folio, gfp, mark);
	folio_unlock(folio);

	return err;
}

/**
 * luo_memfd_insert_page - Insert a single page, now or with the next flush.
 * @batch: The batch of the file.
 * @pfn:   The page frame. The page has one reference, which the file takes over.
 * @index: Its index in the file.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_insert_flush(). The error may be that of an earlier page. On an
 * error the page is freed.
 */
int luo_memfd_insert_page(struct luo_memfd_batch *batch, u64 pfn, pgoff_t index)
{
	struct folio *folio = pfn_folio(pfn);
	int zone_id = page_zone_id(&folio->page), err;

	if (batch->nr && (batch->nr == ARRAY_SIZE(batch->folios) ||
			  batch->zone_id != zone_id)) {
		err = luo_memfd_insert_flush(batch);
		if (err) {
			folio_put(folio);
			return err;
		}
	}

	folio->index = index;
	batch->zone_id = zone_id;
	batch->folios[batch->nr++] = folio;

	return 0;
}

/**
 * luo_memfd_insert_pages - Insert single pages, now or with the next flush.
 * @batch: The batch of the file.
 * @pfn:   The lowest page frame. Each page has one reference, which the file
 *         takes over.
 * @nr:    The number of pages, contiguous in memory.
 * @down:  If true, the page with the lowest index is the highest one in memory.
 * @index: The lowest index in the file.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_insert_flush(). The error may be that of an earlier page. On an
 * error all pages are freed that are not in the file.
 */
int luo_memfd_insert_pages(struct luo_memfd_batch *batch, u64 pfn,
			   unsigned long nr, bool down, pgoff_t index)
{
	int step = down ? -1 : 1, err = 0;

	for (pfn = down ? pfn + nr - 1 : pfn; nr && !err; nr--, pfn += step)
		err = luo_memfd_insert_page(batch, pfn, index++);

	for (; nr; nr--, pfn += step)
		put_page(pfn_to_page(pfn));

	return err;
}

/**
 * luo_memfd_insert_folio - Insert a large folio.
 * @inode: The file.
 * @pfn:   Its page frame. The folio has one reference, which the file takes over.
 * @order: Its order.
 * @index: Its index in the file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EEXIST, with the folio freed.
 */
int luo_memfd_insert_folio(struct inode *inode, u64 pfn, unsigned int order,
			   pgoff_t index)
{
	struct folio *folio = page_folio(pfn_to_page(pfn));
	struct address_space *mapping = inode->i_mapping;
	gfp_t gfp = luo_memfd_insert_gfp(inode);
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

/**
 * luo_memfd_insert_retire - Mark a page as poisoned, so that it is never used again.
 * @pfn: Its page frame. The caller has claimed the page and never drops the reference.
 *
 * Context: Process context.
 */
void luo_memfd_insert_retire(u64 pfn)
{
	struct page *page = pfn_to_page(pfn);

	if (PageHWPoison(page))
		return;

	SetPageHWPoison(page);
	num_poisoned_pages_inc(pfn);
}

/**
 * luo_memfd_insert_poison - Insert a poisoned page.
 * @inode: The file.
 * @pfn:   The page frame, which luo_memfd_insert_retire() has marked.
 * @index: The index of the page in the file.
 *
 * The page is in the same state as after memory_failure(): in the file, but neither on
 * an LRU list nor charged to a memory cgroup. A read of it fails with -EIO, and an
 * access to a mapping raises SIGBUS. The page itself is inserted instead of a marker, so
 * that the page frame can be preserved again with the file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC, -ENOMEM or -EEXIST.
 */
int luo_memfd_insert_poison(struct inode *inode, u64 pfn, pgoff_t index)
{
	struct folio *folio = page_folio(pfn_to_page(pfn));
	int err;

	err = shmem_inode_acct_blocks(inode, 1);
	if (err)
		return err;

	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);
	err = shmem_add_to_page_cache(folio, inode->i_mapping, index, NULL,
				      luo_memfd_insert_gfp(inode));
	if (!err) {
		folio_mark_uptodate(folio);
		folio_mark_dirty(folio);
	}
	/* On an error the page is missing, and this releases its block again. */
	shmem_recalc_inode(inode, 1, 0);
	folio_unlock(folio);

	return err;
}

/**
 * luo_memfd_insert_create - Create a file without pages.
 * @memfd: The file as the previous kernel has preserved it.
 * @name:  Its name, which begins with "memfd:" or is empty.
 * @filep: Set to the file on success.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if the size or the position exceeds the limit of a file;
 * -EOPNOTSUPP if this kernel does not support one of the seals; -ENOMEM; -ENFILE.
 */
int luo_memfd_insert_create(const struct luo_memfd_ser_v1 *memfd,
			    const char *name, struct file **filep)
{
	struct file *file;
	int err;

	if (memfd->size > MAX_LFS_FILESIZE || memfd->pos > MAX_LFS_FILESIZE) {
		pr_err("size %llu or position %llu is more than a file can have\n",
		       memfd->size, memfd->pos);
		return -EBADMSG;
	}

	if (memfd->seals & ~MEMFD_LUO_ALL_SEALS) {
		pr_err("found seals %#x, understood are %#x\n", memfd->seals,
		       MEMFD_LUO_ALL_SEALS);
		return -EOPNOTSUPP;
	}

	file = memfd_alloc_file(name, MFD_ALLOW_SEALING);
	if (IS_ERR(file))
		return PTR_ERR(file);

	/* Set the mode before the seals: F_SEAL_EXEC on an executable file adds other seals. */
	if (memfd->flags & LUO_MEMFD_NOEXEC)
		file_inode(file)->i_mode &= ~0111;
	err = memfd_add_seals(file, memfd->seals);
	if (err) {
		fput(file);
		return err;
	}

	vfs_setpos(file, memfd->pos, MAX_LFS_FILESIZE);
	i_size_write(file_inode(file), memfd->size);
	*filep = file;

	return 0;
}
