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
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "luo_memfd.h"

/**
 * luo_memfd_extents_reserve - Make room in a list.
 * @list: The list.
 * @nr:   For how many extents.
 *
 * Return: 0, or -ENOMEM.
 */
int luo_memfd_extents_reserve(struct luo_memfd_extents *list, u64 nr)
{
	struct luo_memfd_extent_ser *extents;
	u64 capacity;

	if (list->nr + nr <= list->capacity)
		return 0;

	capacity = max(list->capacity * 2, list->nr + nr);
	extents = kvrealloc(list->capacity ? list->extents : NULL,
			    array_size(capacity, sizeof(*extents)), GFP_KERNEL);
	if (!extents)
		return -ENOMEM;

	if (!list->capacity && list->nr)
		memcpy(extents, list->extents, list->nr * sizeof(*extents));
	list->extents = extents;
	list->capacity = capacity;

	return 0;
}

/* In this direction, or of one folio, which has none. */
static bool luo_memfd_extent_goes(const struct luo_memfd_extent_ser *extent,
				  u16 direction)
{
	return extent->nr_pages == 1U << extent->order ||
	       (extent->flags & LUO_MEMFD_DESCENDING) == direction;
}

/*
 * Makes an extent longer by one that follows it in the file, upwards or
 * downwards in memory.
 *
 * KHO splits a range at the border of a NUMA node when it preserves it and does
 * not when it restores it, so that no extent may cross one.
 */
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
	    next->nr_pages > U32_MAX - last->nr_pages ||
	    !luo_memfd_extent_goes(last, direction) ||
	    !luo_memfd_extent_goes(next, direction) ||
	    pfn_to_nid(last->pfn) != pfn_to_nid(next->pfn))
		return false;

	last->pfn = min(last->pfn, next->pfn);
	last->nr_pages += next->nr_pages;
	last->flags = direction;

	return true;
}

/**
 * luo_memfd_extents_add - Add an extent to a list, or to the last one in it.
 * @list:   The list, in which there is room for one.
 * @first:  Extents before this one are not made longer.
 * @extent: The extent.
 */
void luo_memfd_extents_add(struct luo_memfd_extents *list, u64 first,
			   const struct luo_memfd_extent_ser *extent)
{
	list->nr_pages += extent->nr_pages;
	if (list->nr == first ||
	    !luo_memfd_extent_extend(&list->extents[list->nr - 1], extent))
		list->extents[list->nr++] = *extent;
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

	if (extent->order > MAX_PAGE_ORDER || !extent->nr_pages ||
	    extent->flags & ~LUO_MEMFD_DESCENDING)
		return false;

	if (extent->order) {
		mask = (1ULL << extent->order) - 1;
		if ((extent->index | extent->pfn | extent->nr_pages) & mask)
			return false;

		/* The last folio may be larger than what is left of the file. */
		end = ALIGN(end, mask + 1);
	}

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
	u64 end = DIV_ROUND_UP_ULL(size, PAGE_SIZE);
	u64 i, pages = 0;

	for (i = 0; i < nr; i++) {
		if (!luo_memfd_extent_valid(&extents[i], end))
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
 * luo_memfd_extents_keep_in - Move a list to where it is not to be freed.
 * @list: The list. It gets memory of its own again when it grows.
 * @to:   Memory for what is in it, which has to outlive that.
 */
void luo_memfd_extents_keep_in(struct luo_memfd_extents *list,
			       struct luo_memfd_extent_ser *to)
{
	memcpy(to, list->extents, list->nr * sizeof(*to));
	if (list->capacity)
		kvfree(list->extents);
	list->extents = to;
	list->capacity = 0;
}

/**
 * luo_memfd_extents_free - Free a list.
 * @list: The list, empty and usable afterwards.
 */
void luo_memfd_extents_free(struct luo_memfd_extents *list)
{
	if (list->capacity)
		kvfree(list->extents);
	*list = (struct luo_memfd_extents){};
}
