// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Extents of a memfd
 *
 * An extent is a run of pages that are contiguous both in the file and in memory. This
 * file is called to preserve and to retrieve files. It accesses no page and no struct
 * page, because the page frames in a list of the previous kernel need not exist. It
 * calls luo_run for the arithmetic of runs.
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "luo_memfd.h"

/**
 * luo_memfd_extents_reserve - Grow a list.
 * @list: The list.
 * @nr:   Number of extents that are going to be added.
 *
 * Return: 0, or -ENOMEM.
 */
int luo_memfd_extents_reserve(struct luo_memfd_extents *list, u64 nr)
{
	struct luo_memfd_extent_ser *extents;
	u64 capacity;
	size_t size;

	if (list->nr + nr <= list->capacity)
		return 0;

	capacity = max(list->capacity * 2, list->nr + nr);
	size = array_size(capacity, sizeof(*extents));
	/* kvrealloc() allocates no new memory above this limit. It extends vmalloc() memory. */
	if (!list->extents && size > INT_MAX)
		extents = vmalloc(size);
	else
		extents = kvrealloc(list->extents, size, GFP_KERNEL);
	if (!extents)
		return -ENOMEM;

	list->extents = extents;
	list->capacity = capacity;

	return 0;
}

/* An extent of one folio can be extended in both directions. */
static bool luo_memfd_extent_is(const struct luo_memfd_extent_ser *extent,
				u16 direction)
{
	return extent->nr_pages == 1U << extent->order ||
	       (extent->flags & LUO_MEMFD_DESCENDING) == direction;
}

/* Append @next to @last if it follows @last in the file, and adjoins it in memory. */
static bool luo_memfd_extent_extend(struct luo_memfd_extent_ser *last,
				    const struct luo_memfd_extent_ser *next)
{
	u16 direction;

	if (next->pfn == last->pfn + last->nr_pages)
		direction = 0;
	else if (next->pfn + next->nr_pages == last->pfn)
		direction = LUO_MEMFD_DESCENDING;
	else
		return false;

	if (next->index != last->index + last->nr_pages ||
	    next->order != last->order ||
	    (next->flags ^ last->flags) & ~LUO_MEMFD_DESCENDING ||
	    next->nr_pages > U32_MAX - last->nr_pages ||
	    !luo_memfd_extent_is(last, direction) ||
	    !luo_memfd_extent_is(next, direction))
		return false;

	last->pfn = min(last->pfn, next->pfn);
	last->nr_pages += next->nr_pages;
	last->flags = (last->flags & ~LUO_MEMFD_DESCENDING) | direction;

	return true;
}

/**
 * luo_memfd_extents_add - Add an extent to a list, or extend the last one.
 * @list:   The list, which can hold another extent.
 * @first:  Extents before this one are not extended.
 * @extent: The extent.
 *
 * kho_preserve_pages() splits a range at the border of a NUMA node, and
 * luo_run_key_order() does not. Therefore a caller that preserves the extents passes
 * the length of the list as @first if @extent begins in another node than the last
 * extent. This function cannot look up the node, because the page frames in a list of
 * the previous kernel need not exist.
 */
void luo_memfd_extents_add(struct luo_memfd_extents *list, u64 first,
			   const struct luo_memfd_extent_ser *extent)
{
	list->nr_pages += extent->nr_pages;
	if (list->nr == first ||
	    !luo_memfd_extent_extend(&list->extents[list->nr - 1], extent))
		list->extents[list->nr++] = *extent;
}

static bool luo_memfd_extent_valid(const struct luo_memfd_extent_ser *extent,
				   u64 end, u16 flags)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);

	if (!luo_run_valid(&run) || extent->flags & ~flags)
		return false;

	if (extent->order) {
		if (extent->flags & LUO_MEMFD_POISONED ||
		    !IS_ALIGNED(extent->index, 1ULL << extent->order))
			return false;
		/* The last folio may extend beyond the end of the file. */
		end = ALIGN(end, 1ULL << extent->order);
	}

	return extent->index < end && extent->nr_pages <= end - extent->index;
}

/**
 * luo_memfd_extents_valid - Check extents that another kernel wrote.
 * @extents:  The extents.
 * @nr:       Number of extents.
 * @nr_pages: Number of pages that they must have together.
 * @size:     The size of the file in bytes.
 * @flags:    Flags that an extent may have.
 *
 * Does not check for overlaps: luo_run_claim() detects those in memory, and the page
 * cache detects those in the file.
 *
 * Return: true if every field is in its range.
 */
bool luo_memfd_extents_valid(const struct luo_memfd_extent_ser *extents,
			     u64 nr, u64 nr_pages, u64 size, u16 flags)
{
	u64 end = DIV_ROUND_UP_ULL(size, PAGE_SIZE);
	u64 i, pages = 0;

	for (i = 0; i < nr; i++) {
		if (!luo_memfd_extent_valid(&extents[i], end, flags))
			return false;
		pages += extents[i].nr_pages;
	}

	return pages == nr_pages;
}

/**
 * luo_memfd_extents_free - Free a list.
 * @list: The list. It is empty and can be used again.
 */
void luo_memfd_extents_free(struct luo_memfd_extents *list)
{
	kvfree(list->extents);
	*list = (struct luo_memfd_extents){};
}

/**
 * luo_memfd_extents_find - Find the extent of a page.
 * @list:  The list, in ascending order of file index.
 * @index: The offset of the page in the file, in pages.
 *
 * Return: The extent, or NULL if no extent has the page.
 */
const struct luo_memfd_extent_ser *
luo_memfd_extents_find(const struct luo_memfd_extents *list, u64 index)
{
	const struct luo_memfd_extent_ser *extent;
	u64 low = 0, high = list->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		extent = &list->extents[middle];
		if (index < extent->index)
			high = middle;
		else if (index - extent->index >= extent->nr_pages)
			low = middle + 1;
		else
			return extent;
	}

	return NULL;
}
