// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Absent pages of a memfd
 *
 * Records which pages of a file luo_memfd_lazy.c has not inserted into the page cache yet.
 * The extents of the file, which never change, give the page frames. A bitmap gives the
 * pages that were inserted or freed. A page frame whose bit is set may have another owner,
 * so this file does not read it. Bitmaps are allocated when pages are inserted, so a file
 * that is not accessed has none.
 *
 * An absent page is part of a preservation of KHO, whose order is in the struct page of its
 * first page. luo_memfd_absent_shrink() divides a preservation, so that a part of it can be
 * claimed. If an absent page is in no preservation, the list of extents was wrong or that
 * of another file was, and the content of the page is lost.
 *
 * Struct pages are read through luo_run, and only those of absent pages. The caller holds
 * the lock of the file for all functions but luo_memfd_absent_next().
 */

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/find.h>
#include <linux/kexec_handover.h>
#include <linux/luo_run.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_memfd_absent.h"

/* The number of pages in one bitmap. */
#define LUO_MEMFD_ABSENT_BITS	(PAGE_SIZE * 8)

static u64 luo_memfd_absent_nr_bitmaps(const struct luo_memfd_absent *absent)
{
	return DIV_ROUND_UP_ULL(absent->list.nr_pages, LUO_MEMFD_ABSENT_BITS);
}

/**
 * luo_memfd_absent_init - Mark all pages of a file as absent.
 * @absent:   To be set up.
 * @extents:  The extents of the file, valid. The caller frees them after
 *            luo_memfd_absent_free().
 * @nr:       Number of extents.
 * @nr_pages: Number of pages of all extents.
 *
 * Return: 0; -EINVAL if the extents are out of order, or one of them is poisoned;
 * -ENOMEM.
 */
int luo_memfd_absent_init(struct luo_memfd_absent *absent,
			  struct luo_memfd_extent_ser *extents, u64 nr,
			  u64 nr_pages)
{
	u64 i, end = 0, before = 0;

	*absent = (struct luo_memfd_absent){
		.list = { .extents = extents, .nr = nr, .nr_pages = nr_pages },
		/* Without this memory, the pages are retrieved immediately. */
		.before = kvmalloc_array(nr, sizeof(*absent->before),
					 GFP_KERNEL | __GFP_NOWARN),
	};
	absent->present = kvcalloc(luo_memfd_absent_nr_bitmaps(absent),
				   sizeof(*absent->present),
				   GFP_KERNEL | __GFP_NOWARN);
	if (!absent->before || !absent->present) {
		luo_memfd_absent_free(absent);
		return -ENOMEM;
	}

	for (i = 0; i < nr; i++) {
		if (extents[i].index < end ||
		    extents[i].flags & LUO_MEMFD_POISONED) {
			luo_memfd_absent_free(absent);
			return -EINVAL;
		}
		absent->before[i] = before;
		before += extents[i].nr_pages;
		end = extents[i].index + extents[i].nr_pages;
	}

	return 0;
}

/**
 * luo_memfd_absent_free - Free what luo_memfd_absent_init() allocated.
 * @absent: What it set up.
 */
void luo_memfd_absent_free(struct luo_memfd_absent *absent)
{
	u64 i;

	for (i = 0; absent->present && i < luo_memfd_absent_nr_bitmaps(absent); i++)
		kfree(absent->present[i]);
	kvfree(absent->present);
	kvfree(absent->before);
	*absent = (struct luo_memfd_absent){};
}

/* Find the first extent that ends after an index. */
static u64 luo_memfd_absent_extent(const struct luo_memfd_absent *absent, u64 index)
{
	const struct luo_memfd_extent_ser *extent;
	u64 low = 0, high = absent->list.nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		extent = &absent->list.extents[middle];
		if (extent->index + extent->nr_pages <= index)
			low = middle + 1;
		else
			high = middle;
	}

	return low;
}

/* Count the pages of the list before an index. */
static u64 luo_memfd_absent_before(const struct luo_memfd_absent *absent, u64 index)
{
	u64 i = luo_memfd_absent_extent(absent, index);

	if (i == absent->list.nr)
		return absent->list.nr_pages;
	if (index <= absent->list.extents[i].index)
		return absent->before[i];

	return absent->before[i] + (index - absent->list.extents[i].index);
}

/* Get the index of a page of the list. */
static u64 luo_memfd_absent_at(const struct luo_memfd_absent *absent, u64 nr)
{
	u64 low = 0, high = absent->list.nr, middle;

	/* The extent of the page is the one before @high. */
	while (low < high) {
		middle = low + (high - low) / 2;
		if (absent->before[middle] <= nr)
			low = middle + 1;
		else
			high = middle;
	}

	return absent->list.extents[high - 1].index +
	       (nr - absent->before[high - 1]);
}

/* Find the first page of the list from @nr on and before @end that is absent, or is not. */
static u64 luo_memfd_absent_scan(const struct luo_memfd_absent *absent, u64 nr,
				 u64 end, bool is_absent)
{
	unsigned long first, last, found, *bits;

	for (; nr < end; nr += last - first) {
		first = nr % LUO_MEMFD_ABSENT_BITS;
		last = min(LUO_MEMFD_ABSENT_BITS, first + (end - nr));
		/* Pairs with luo_memfd_absent_reserve(). */
		bits = smp_load_acquire(&absent->present[nr / LUO_MEMFD_ABSENT_BITS]);
		if (!bits)
			found = is_absent ? first : last;
		else if (is_absent)
			found = find_next_zero_bit(bits, last, first);
		else
			found = find_next_bit(bits, last, first);
		if (found < last)
			return nr + (found - first);
	}

	return end;
}

/**
 * luo_memfd_absent_next - Find the next page that is absent, or the next that is not.
 * @absent:    The pages of the file.
 * @start:     The index to start at.
 * @end:       The index behind the last.
 * @is_absent: Find an absent page; or else, one that is not or is in a hole.
 *
 * Context: Any, also without the lock of the file: pages may be inserted meanwhile.
 * Return: Its index; @end if there is none.
 */
u64 luo_memfd_absent_next(const struct luo_memfd_absent *absent, u64 start,
			  u64 end, bool is_absent)
{
	const struct luo_memfd_extent_ser *extent;
	u64 i, nr, last;

	if (is_absent) {
		last = luo_memfd_absent_before(absent, end);
		nr = luo_memfd_absent_scan(absent,
					   luo_memfd_absent_before(absent, start),
					   last, true);
		return nr < last ? luo_memfd_absent_at(absent, nr) : end;
	}

	for (i = luo_memfd_absent_extent(absent, start); start < end; i++) {
		extent = &absent->list.extents[i];
		if (i == absent->list.nr || extent->index > start)
			return start;
		nr = absent->before[i] + (start - extent->index);
		last = absent->before[i] + extent->nr_pages;
		start += luo_memfd_absent_scan(absent, nr, last, false) - nr;
		if (start < extent->index + extent->nr_pages)
			break;
	}

	return min(start, end);
}

/**
 * luo_memfd_absent_reserve - Allocate what luo_memfd_absent_remove() needs.
 * @absent: The pages of the file.
 * @index:  The first page.
 * @nr:     Number of pages, all in one extent.
 * @gfp:    Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM.
 */
int luo_memfd_absent_reserve(struct luo_memfd_absent *absent, u64 index, u64 nr,
			     gfp_t gfp)
{
	u64 first = luo_memfd_absent_before(absent, index);
	u64 i, last = (first + nr - 1) / LUO_MEMFD_ABSENT_BITS;
	unsigned long *bits;

	for (i = first / LUO_MEMFD_ABSENT_BITS; i <= last; i++) {
		if (absent->present[i])
			continue;
		nr = min(LUO_MEMFD_ABSENT_BITS,
			 absent->list.nr_pages - i * LUO_MEMFD_ABSENT_BITS);
		bits = kcalloc(BITS_TO_LONGS(nr), sizeof(*bits), gfp);
		if (!bits)
			return -ENOMEM;
		/* Zeroes first: luo_memfd_absent_scan() takes no lock. */
		smp_store_release(&absent->present[i], bits);
	}

	return 0;
}

/**
 * luo_memfd_absent_remove - Mark pages as not absent.
 * @absent: The pages of the file.
 * @index:  The first page, absent.
 * @nr:     Number of pages, all in one extent and reserved.
 */
void luo_memfd_absent_remove(struct luo_memfd_absent *absent, u64 index, u64 nr)
{
	u64 first = luo_memfd_absent_before(absent, index), end = first + nr;
	u64 bit, step;

	for (; first < end; first += step) {
		bit = first % LUO_MEMFD_ABSENT_BITS;
		step = min(LUO_MEMFD_ABSENT_BITS - bit, end - first);
		bitmap_set(absent->present[first / LUO_MEMFD_ABSENT_BITS], bit, step);
	}
}

/**
 * luo_memfd_absent_offset - Convert an offset in an extent between file and memory.
 * @extent: An extent.
 * @offset: A page, in pages from the first of the file or from the lowest in memory.
 *
 * Return: The same page, in pages from the lowest in memory or the first of the file.
 */
u32 luo_memfd_absent_offset(const struct luo_memfd_extent_ser *extent, u32 offset)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	u32 step = 1U << extent->order, in_folio = offset & (step - 1);

	return luo_run_mirror(&run, offset - in_folio, step) + in_folio;
}

/**
 * luo_memfd_absent_find - Find the preservation that has an absent page.
 * @absent: The pages of the file.
 * @index:  The page, absent.
 * @block:  Set to the preservation.
 *
 * Return: true; false if there is none, and the content of the page is lost.
 */
bool luo_memfd_absent_find(const struct luo_memfd_absent *absent, u64 index,
			   struct luo_memfd_block *block)
{
	const struct luo_memfd_extent_ser *extent =
		&absent->list.extents[luo_memfd_absent_extent(absent, index)];
	u32 offset = luo_memfd_absent_offset(extent, index - extent->index);
	u64 head = extent->pfn + offset, next;
	int order = 0, found;

	for (;;) {
		found = luo_run_order_at(head);
		if (found >= order)
			break;

		/* Try the next page at which a larger one that has the page can begin. */
		do {
			order++;
			next = ALIGN_DOWN(head, 1ULL << order);
			if (next < extent->pfn || 1ULL << order > extent->nr_pages)
				return false;
		} while (next == head);

		/* A larger one begins with a page that is absent too: look at no other. */
		head = next;
		index = extent->index +
			luo_memfd_absent_offset(extent, head - extent->pfn);
		if (luo_memfd_absent_next(absent, index, index + 1, true) != index)
			return false;
	}

	*block = (struct luo_memfd_block){ extent, head - extent->pfn, found };

	return block->offset + (1ULL << found) <= extent->nr_pages &&
	       (!extent->order || found <= extent->order);
}

/**
 * luo_memfd_absent_index - Find where a preservation is in the file.
 * @block: The preservation.
 *
 * Return: Its lowest index. If luo_memfd_absent_is_down(), the last page in memory is
 * there, otherwise the first.
 */
u64 luo_memfd_absent_index(const struct luo_memfd_block *block)
{
	const struct luo_memfd_extent_ser *extent = block->extent;
	struct luo_run run = luo_memfd_extent_run(extent, 0);

	if (luo_memfd_absent_is_down(extent))
		return extent->index +
		       luo_run_mirror(&run, block->offset, 1U << block->order);

	return extent->index + luo_memfd_absent_offset(extent, block->offset);
}

/**
 * luo_memfd_absent_shrink - Divide a preservation until it is small enough.
 * @block: The preservation; set to the part with the page.
 * @index: A page of it.
 * @order: The largest order that is wanted.
 *
 * Return: true; false if the preservation is gone, with part of the work done.
 */
bool luo_memfd_absent_shrink(struct luo_memfd_block *block, u64 index,
			     unsigned int order)
{
	u32 offset = luo_memfd_absent_offset(block->extent,
					     index - block->extent->index);
	u32 half;

	while (block->order > order) {
		if (!kho_split_preserved(PFN_PHYS(block->extent->pfn + block->offset),
					 block->order))
			return false;
		half = 1U << --block->order;
		if (offset >= block->offset + half)
			block->offset += half;
	}

	return true;
}
