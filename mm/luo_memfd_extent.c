// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Extents of a memfd
 *
 * Which pages of a file are in which page frames, as runs that are contiguous
 * in both. Arithmetic only: nothing here touches a page.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "luo_memfd.h"

/*
 * KHO splits a range at the border of a NUMA node when it preserves it and does
 * not when it restores it, so that no range may cross one.
 */
static bool luo_memfd_extent_continues(const struct luo_memfd_extent_ser *last,
				       u64 index, u64 pfn, unsigned int order)
{
	return last->order == order &&
	       last->index + last->nr_pages == index &&
	       last->pfn + last->nr_pages == pfn &&
	       last->nr_pages <= U32_MAX - (1U << order) &&
	       pfn_to_nid(last->pfn) == pfn_to_nid(pfn);
}

/**
 * luo_memfd_extents_add - Add a folio to a list of extents.
 * @list:  The list.
 * @first: Extents before this one are not made longer.
 * @index: Where the folio is in the file, in pages.
 * @pfn:   Its first page frame.
 * @order: Its order.
 *
 * Return: 0, or -ENOMEM.
 */
int luo_memfd_extents_add(struct luo_memfd_extents *list, u64 first, u64 index,
			  u64 pfn, unsigned int order)
{
	struct luo_memfd_extent_ser *extents;
	u64 capacity;

	if (list->nr > first &&
	    luo_memfd_extent_continues(&list->extents[list->nr - 1], index, pfn,
				       order)) {
		list->extents[list->nr - 1].nr_pages += 1U << order;
		list->nr_pages += 1U << order;
		return 0;
	}

	if (list->nr == list->capacity) {
		capacity = list->capacity ? list->capacity * 2 :
			   PAGE_SIZE / sizeof(*extents);
		extents = vrealloc(list->extents,
				   array_size(capacity, sizeof(*extents)),
				   GFP_KERNEL);
		if (!extents)
			return -ENOMEM;
		list->extents = extents;
		list->capacity = capacity;
	}

	list->extents[list->nr++] = (struct luo_memfd_extent_ser){
		.index = index,
		.pfn = pfn,
		.nr_pages = 1U << order,
		.order = order,
	};
	list->nr_pages += 1U << order;

	return 0;
}

static int luo_memfd_extent_cmp(const void *a, const void *b)
{
	const struct luo_memfd_extent_ser *x = a, *y = b;

	return cmp_int(x->index, y->index);
}

/**
 * luo_memfd_extents_sort - Sort a list by file index.
 * @list: The list.
 */
void luo_memfd_extents_sort(struct luo_memfd_extents *list)
{
	sort(list->extents, list->nr, sizeof(*list->extents),
	     luo_memfd_extent_cmp, NULL);
}

static bool luo_memfd_extent_valid(const struct luo_memfd_extent_ser *extent,
				   u64 end)
{
	u64 mask;

	if (extent->order > MAX_PAGE_ORDER || extent->flags || !extent->nr_pages)
		return false;

	mask = (1ULL << extent->order) - 1;
	if ((extent->index | extent->pfn | extent->nr_pages) & mask)
		return false;

	/* The last folio of a file may be larger than what is left of it. */
	end = ALIGN(end, mask + 1);

	return extent->index < end && extent->nr_pages <= end - extent->index &&
	       extent->pfn <= PHYS_PFN(PHYS_ADDR_MAX) - extent->nr_pages;
}

/**
 * luo_memfd_extents_valid - Whether extents that were handed over make sense.
 * @extents:  The extents.
 * @nr:       How many there are.
 * @nr_pages: How many pages they have to have together.
 * @size:     The size of the file in bytes.
 *
 * That they do not overlap is for whoever restores the pages to find out.
 *
 * Return: true if every field is in its range.
 */
bool luo_memfd_extents_valid(const struct luo_memfd_extent_ser *extents,
			     u64 nr, u64 nr_pages, u64 size)
{
	u64 i, pages = 0;

	for (i = 0; i < nr; i++) {
		if (!luo_memfd_extent_valid(&extents[i],
					    DIV_ROUND_UP_ULL(size, PAGE_SIZE)))
			return false;
		pages += extents[i].nr_pages;
	}

	return pages == nr_pages;
}

/**
 * luo_memfd_extents_truncate - Shorten a list.
 * @list: The list.
 * @nr:   How many extents to keep.
 */
void luo_memfd_extents_truncate(struct luo_memfd_extents *list, u64 nr)
{
	while (list->nr > nr)
		list->nr_pages -= list->extents[--list->nr].nr_pages;
}

/**
 * luo_memfd_extents_free - Free a list.
 * @list: The list, empty and usable afterwards.
 */
void luo_memfd_extents_free(struct luo_memfd_extents *list)
{
	vfree(list->extents);
	*list = (struct luo_memfd_extents){};
}

/**
 * luo_memfd_extent_key - The KHO key that begins at a page of an extent.
 * @extent: The extent.
 * @done:   Pages of the extent before it; what earlier keys covered.
 * @flags:  LUO_MEMFD_* of the file.
 *
 * Return: The order of the key.
 */
unsigned int luo_memfd_extent_key(const struct luo_memfd_extent_ser *extent,
				  u32 done, u32 flags)
{
	u64 pfn = extent->pfn + done;

	if (extent->order || !(flags & LUO_MEMFD_RANGE_KEYS))
		return extent->order;

	/* As kho_preserve_pages() cuts a range. */
	return min_t(unsigned int, pfn ? __ffs64(pfn) : 63,
		     ilog2(extent->nr_pages - done));
}
