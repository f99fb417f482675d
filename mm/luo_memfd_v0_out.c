// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Writing version 0 of a memfd
 *
 * Version 0 is the format of the stock handler, &struct memfd_luo_ser: one entry per
 * folio, with its file index. It is written so that a kernel with the stock handler can
 * retrieve the file. A hole has no entry. The stock handler skips entries without a page
 * frame.
 *
 * The stock handler allocates the entries by vmalloc() and hands over the list of pages
 * of the allocation. This file allocates the pages one by one and lists them in the same
 * way, so that entries can be added at freeze without copying the list.
 */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/luo_run.h>
#include <linux/luo_vec.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "luo_memfd.h"

/* The next kernel maps the pages as memory of vmalloc(). */
#define LUO_MEMFD_V0_VMALLOC	0x0001

#define LUO_MEMFD_V0_PER_PAGE						\
	(PAGE_SIZE / sizeof(struct memfd_luo_folio_ser))

static struct memfd_luo_folio_ser *luo_memfd_v0_at(const struct luo_memfd_v0 *v0,
						   u64 nr)
{
	return v0->pages[nr / LUO_MEMFD_V0_PER_PAGE] +
	       nr % LUO_MEMFD_V0_PER_PAGE;
}

static int luo_memfd_v0_add_chunk(struct luo_memfd_v0 *v0)
{
	struct kho_vmalloc_chunk *chunk;

	if (luo_vec_table_reserve((void **)&v0->chunks, v0->nr_chunks + 1,
				  &v0->max_chunks, GFP_KERNEL))
		return -ENOMEM;

	chunk = kho_alloc_preserve(sizeof(*chunk));
	if (IS_ERR(chunk))
		return PTR_ERR(chunk);

	if (v0->nr_chunks)
		KHOSER_STORE_PTR(v0->chunks[v0->nr_chunks - 1]->hdr.next, chunk);
	else
		KHOSER_STORE_PTR(v0->ser->folios.first, chunk);
	v0->chunks[v0->nr_chunks++] = chunk;

	return 0;
}

static int luo_memfd_v0_add_page(struct luo_memfd_v0 *v0)
{
	struct folio *folio;
	int err;

	err = luo_vec_table_reserve((void **)&v0->pages, v0->nr_pages + 1,
				    &v0->max_pages, GFP_KERNEL);
	if (!err && v0->nr_pages == v0->nr_chunks * KHO_VMALLOC_SIZE)
		err = luo_memfd_v0_add_chunk(v0);
	if (err)
		return err;

	/* Memory after the last entry is never read, so it need not be cleared. */
	folio = kho_alloc_folio(GFP_KERNEL, 0);
	if (!folio)
		return -ENOMEM;
	err = kho_preserve_folio(folio);
	if (err) {
		folio_put(folio);
		return err;
	}

	v0->chunks[v0->nr_chunks - 1]->phys[v0->nr_pages % KHO_VMALLOC_SIZE] =
		PFN_PHYS(folio_pfn(folio));
	v0->pages[v0->nr_pages++] = folio_address(folio);

	return 0;
}

/* Free the pages and chunks that have no entries. */
static void luo_memfd_v0_trim(struct luo_memfd_v0 *v0)
{
	unsigned long nr_pages = DIV_ROUND_UP(v0->nr, LUO_MEMFD_V0_PER_PAGE);
	unsigned long nr_chunks = DIV_ROUND_UP(nr_pages, KHO_VMALLOC_SIZE);

	while (v0->nr_pages > nr_pages) {
		kho_unpreserve_free(v0->pages[--v0->nr_pages]);
		v0->chunks[v0->nr_pages / KHO_VMALLOC_SIZE]
			->phys[v0->nr_pages % KHO_VMALLOC_SIZE] = 0;
	}
	while (v0->nr_chunks > nr_chunks) {
		kho_unpreserve_free(v0->chunks[--v0->nr_chunks]);
		if (v0->nr_chunks)
			v0->chunks[v0->nr_chunks - 1]->hdr.next.phys = 0;
		else
			v0->ser->folios.first.phys = 0;
	}
}

static void luo_memfd_v0_describe(struct luo_memfd_v0 *v0)
{
	v0->ser->nr_folios = v0->nr;
	v0->ser->folios.total_pages = v0->nr_pages;
	v0->ser->folios.order = 0;
	v0->ser->folios.flags = v0->nr ? LUO_MEMFD_V0_VMALLOC : 0;
}

static void luo_memfd_v0_write(struct luo_memfd_v0 *v0,
			       const struct luo_memfd_extent_ser *extent)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	u32 i, nr = 1U << extent->order;

	for (i = 0; i < extent->nr_pages; i += nr)
		*luo_memfd_v0_at(v0, v0->nr++) = (struct memfd_luo_folio_ser){
			.pfn = extent->pfn + luo_run_mirror(&run, i, nr),
			.flags = MEMFD_LUO_FOLIO_DIRTY |
				 MEMFD_LUO_FOLIO_UPTODATE,
			.index = extent->index + i,
		};
}

/**
 * luo_memfd_v0_out_add - Add the folios of extents to version 0.
 * @v0:   Version 0, set up by luo_memfd_v0_out_init().
 * @list: The extents, which are preserved under folio keys.
 *
 * Poisoned pages get no entry.
 *
 * Return: 0; -ENOMEM or another errno of KHO, with @v0 unchanged.
 */
int luo_memfd_v0_out_add(struct luo_memfd_v0 *v0,
			 const struct luo_memfd_extents *list)
{
	u64 i, nr = v0->nr;
	int err;

	for (i = 0; i < list->nr; i++) {
		if (!(list->extents[i].flags & LUO_MEMFD_POISONED))
			nr += list->extents[i].nr_pages >> list->extents[i].order;
	}
	while (v0->nr_pages * LUO_MEMFD_V0_PER_PAGE < nr) {
		err = luo_memfd_v0_add_page(v0);
		if (err) {
			luo_memfd_v0_trim(v0);
			return err;
		}
		cond_resched();
	}

	for (i = 0; i < list->nr; i++) {
		if (!(list->extents[i].flags & LUO_MEMFD_POISONED))
			luo_memfd_v0_write(v0, &list->extents[i]);
		if (i % LUO_MEMFD_BATCH == 0)
			cond_resched();
	}
	luo_memfd_v0_describe(v0);

	return 0;
}

/**
 * luo_memfd_v0_out_prepare - Prepare for folios that are added at freeze.
 * @v0: Version 0, set up by luo_memfd_v0_out_init().
 * @nr: Number of folios.
 *
 * The table of the pages of the list is copied when it is full. If it has more than
 * a page, have it grow now. The pages of the list are allocated when needed.
 *
 * Return: 0; -ENOMEM, with @v0 unchanged.
 */
int luo_memfd_v0_out_prepare(struct luo_memfd_v0 *v0, u64 nr)
{
	if (v0->nr_pages < LUO_VEC_TABLE_LARGE)
		return 0;

	return luo_vec_table_reserve((void **)&v0->pages,
				     DIV_ROUND_UP(v0->nr + nr,
						  LUO_MEMFD_V0_PER_PAGE),
				     &v0->max_pages, GFP_KERNEL);
}

/**
 * luo_memfd_v0_out_update - Write everything except for the list of folios.
 * @v0:       Version 0, set up by luo_memfd_v0_out_init().
 * @v1:       The file.
 * @readable: Whether a kernel may retrieve the file from version 0.
 */
void luo_memfd_v0_out_update(struct luo_memfd_v0 *v0,
			     const struct luo_memfd_ser_v1 *v1, bool readable)
{
	v0->ser->pos = v1->pos;
	v0->ser->size = v1->size;
	v0->ser->seals = v1->seals;
	if (!readable)
		v0->ser->seals |= LUO_MEMFD_V0_UNREADABLE;
}

/**
 * luo_memfd_v0_out_init - Set up version 0 of a file, without folios.
 * @v0: Set up by this call; must be zeroed.
 * @v1: The file.
 *
 * Return: 0; -ENOMEM or another errno of KHO, with @v0 unchanged.
 */
int luo_memfd_v0_out_init(struct luo_memfd_v0 *v0,
			  const struct luo_memfd_ser_v1 *v1)
{
	struct memfd_luo_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);

	v0->ser = ser;
	luo_memfd_v0_out_update(v0, v1, true);

	return 0;
}

/**
 * luo_memfd_v0_out_truncate - Remove folios from the end of the list.
 * @v0: Version 0, set up by luo_memfd_v0_out_init().
 * @nr: Number of folios to keep.
 */
void luo_memfd_v0_out_truncate(struct luo_memfd_v0 *v0, u64 nr)
{
	v0->nr = nr;
	luo_memfd_v0_trim(v0);
	luo_memfd_v0_describe(v0);
}

/* Return the entry of a folio; NULL if it is not among the sorted entries. */
static struct memfd_luo_folio_ser *
luo_memfd_v0_find_sorted(const struct luo_memfd_v0 *v0, u64 index)
{
	u64 low = 0, high = v0->nr_sorted, middle;
	struct memfd_luo_folio_ser *entry;

	while (low < high) {
		middle = low + (high - low) / 2;
		entry = luo_memfd_v0_at(v0, middle);
		if (entry->index == index)
			return entry->pfn ? entry : NULL;
		if (entry->index < index)
			low = middle + 1;
		else
			high = middle;
	}

	return NULL;
}

/**
 * luo_memfd_v0_out_remove - Remove a folio.
 * @v0:    Version 0, set up by luo_memfd_v0_out_init().
 * @index: Index of the first page of the folio.
 *
 * The entry stays in its place without a page frame, so that the others remain sorted.
 * The stock handler skips it.
 */
void luo_memfd_v0_out_remove(struct luo_memfd_v0 *v0, u64 index)
{
	struct memfd_luo_folio_ser *entry = luo_memfd_v0_find_sorted(v0, index);
	u64 i;

	for (i = v0->nr_sorted; !entry && i < v0->nr; i++) {
		entry = luo_memfd_v0_at(v0, i);
		if (entry->index != index || !entry->pfn)
			entry = NULL;
	}
	if (WARN_ON_ONCE(!entry))
		return;

	entry->pfn = 0;
	entry->flags = LUO_MEMFD_V0_REMOVED;
	v0->nr_removed++;
}

/**
 * luo_memfd_v0_out_compact - Remove the entries of removed folios from the list.
 * @v0: Version 0, set up by luo_memfd_v0_out_init().
 *
 * Reads the whole list. Needed if only version 0 is written, because older versions of
 * this handler do not skip such entries.
 */
void luo_memfd_v0_out_compact(struct luo_memfd_v0 *v0)
{
	u64 i, nr = 0, nr_sorted = 0;

	if (!v0->nr_removed)
		return;

	for (i = 0; i < v0->nr; i++) {
		if (!luo_memfd_v0_at(v0, i)->pfn)
			continue;
		*luo_memfd_v0_at(v0, nr++) = *luo_memfd_v0_at(v0, i);
		nr_sorted += i < v0->nr_sorted;
	}
	v0->nr_sorted = nr_sorted;
	v0->nr_removed = 0;
	luo_memfd_v0_out_truncate(v0, nr);
}

/**
 * luo_memfd_v0_out_poisoned - Check whether a page of any folio is poisoned.
 * @v0: Version 0, set up by luo_memfd_v0_out_init().
 *
 * Return: true if the hardware has reported a page as damaged.
 */
bool luo_memfd_v0_out_poisoned(const struct luo_memfd_v0 *v0)
{
	u64 i, pfn;

	for (i = 0; i < v0->nr; i++) {
		pfn = luo_memfd_v0_at(v0, i)->pfn;
		if (pfn && folio_contain_hwpoisoned_page(pfn_folio(pfn)))
			return true;
		cond_resched();
	}

	return false;
}

/**
 * luo_memfd_v0_out_release - Unpreserve and unpin all folios.
 * @v0: Version 0, set up by luo_memfd_v0_out_init().
 */
void luo_memfd_v0_out_release(struct luo_memfd_v0 *v0)
{
	struct folio *folio;
	u64 i;

	for (i = 0; i < v0->nr; i++) {
		if (!luo_memfd_v0_at(v0, i)->pfn)
			continue;
		folio = pfn_folio(luo_memfd_v0_at(v0, i)->pfn);
		kho_unpreserve_folio(folio);
		unpin_folio(folio);
		cond_resched();
	}
}

/**
 * luo_memfd_v0_out_abort - Undo luo_memfd_v0_out_init().
 * @v0: Version 0, set up by that call or all zero.
 */
void luo_memfd_v0_out_abort(struct luo_memfd_v0 *v0)
{
	if (!v0->ser)
		return;

	v0->nr = 0;
	luo_memfd_v0_trim(v0);
	kvfree(v0->pages);
	kvfree(v0->chunks);
	kho_unpreserve_free(v0->ser);
	*v0 = (struct luo_memfd_v0){};
}
