// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The lists of a preserved memfd
 *
 * The extents of version 1 and the folios of version 0 change while the preserved file
 * is in use. An update accesses only the entries that change, so that the cost of
 * freeze grows with the number of changes:
 *
 * - extents are added at the end, not sorted;
 * - an extent that is removed stays in its place without pages, so that the others
 *   remain sorted and can be found; freeze moves an extent from the end to this place;
 * - if too many extents were added or removed, the list is sorted again when a program
 *   punches a hole, and not at freeze.
 *
 * Called by luo_memfd_out.c and luo_memfd_punch.c.
 */

#include <linux/errno.h>
#include <linux/luo_run.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "luo_memfd_out.h"

/* The number of extents that can be added at freeze before a table must be copied. */
#define LUO_MEMFD_LATE_MAX	8192

/* The largest number of unsorted extents, all of which are searched for each hole. */
#define LUO_MEMFD_UNSORTED_MAX	1024

static u64 luo_memfd_list_poisoned(const struct luo_memfd_extents *list)
{
	u64 i, nr = 0;

	for (i = 0; i < list->nr; i++) {
		if (list->extents[i].flags & LUO_MEMFD_POISONED)
			nr += list->extents[i].nr_pages;
	}

	return nr;
}

/**
 * luo_memfd_list_add - Add extents to the lists of all versions, or to none.
 * @memfd: The file.
 * @list:  The extents.
 *
 * Return: 0; -EHWPOISON if a page is poisoned and version 1 is not written; -ENOMEM or
 * another errno of KHO. On failure the lists are unchanged.
 */
int luo_memfd_list_add(struct luo_memfd *memfd,
		       const struct luo_memfd_extents *list)
{
	u64 nr_poisoned = luo_memfd_list_poisoned(list);
	u64 nr = memfd->v0.nr;
	int err = 0;

	/* Version 0 cannot describe a poisoned page. */
	if (nr_poisoned && !memfd->has_object)
		return -EHWPOISON;

	if (memfd->v0.ser)
		err = luo_memfd_v0_out_add(&memfd->v0, list);
	if (err)
		return err;

	if (memfd->has_object)
		err = luo_vec_append(&memfd->extents, list->extents, list->nr,
				     GFP_KERNEL);
	if (err) {
		if (memfd->v0.ser)
			luo_memfd_v0_out_truncate(&memfd->v0, nr);
		return err;
	}
	memfd->nr_poisoned += nr_poisoned;
	memfd->v1.nr_pages += list->nr_pages;
	memfd->changed |= list->nr > 0;

	return 0;
}

/**
 * luo_memfd_list_prepare - Prepare for extents that are added at freeze.
 * @memfd: The file.
 *
 * Return: 0; -ENOMEM, with the lists unchanged.
 */
int luo_memfd_list_prepare(struct luo_memfd *memfd)
{
	int err = 0;

	if (memfd->v0.ser)
		err = luo_memfd_v0_out_prepare(&memfd->v0, LUO_MEMFD_LATE_MAX);
	if (!err && memfd->has_object)
		err = luo_vec_prepare(&memfd->extents, LUO_MEMFD_LATE_MAX,
				      GFP_KERNEL);

	return err;
}

static int luo_memfd_list_cmp(const void *a, const void *b)
{
	const struct luo_memfd_extent_ser *x = a, *y = b;

	return cmp_int(x->index, y->index);
}

static int luo_memfd_list_rebuild(struct luo_memfd *memfd,
				  struct luo_memfd_extent_ser *extents)
{
	struct luo_vec new;
	u64 i, nr = 0;

	for (i = 0; i < memfd->extents.count; i++) {
		luo_vec_get(&memfd->extents, i, &extents[nr]);
		nr += !!extents[nr].nr_pages;
		if (i % LUO_MEMFD_BATCH == 0)
			cond_resched();
	}
	sort_nonatomic(extents, nr, sizeof(*extents), luo_memfd_list_cmp, NULL);

	luo_vec_init(&new, sizeof(*extents));
	if (luo_vec_append(&new, extents, nr, GFP_KERNEL)) {
		luo_vec_free(&new);
		return -ENOMEM;
	}
	luo_vec_free(&memfd->extents);
	memfd->extents = new;
	memfd->changed = true;
	memfd->nr_sorted = nr;
	memfd->nr_removed = 0;

	return 0;
}

/**
 * luo_memfd_list_sort - Sort the extents, if too many are unsorted.
 * @memfd: The file.
 *
 * Return: 0; -ENOMEM if there is no memory, with the list unchanged.
 */
int luo_memfd_list_sort(struct luo_memfd *memfd)
{
	struct luo_memfd_extent_ser *extents;
	int err;

	if (memfd->nr_removed < LUO_MEMFD_REMOVED_MAX &&
	    memfd->extents.count <= memfd->nr_sorted + LUO_MEMFD_UNSORTED_MAX)
		return 0;

	/* Allocate one more: a removed extent after all others is read into it. */
	extents = vmalloc(array_size(memfd->extents.count + 1,
				     sizeof(*extents)));
	if (!extents)
		return -ENOMEM;

	err = luo_memfd_list_rebuild(memfd, extents);
	vfree(extents);

	return err;
}

/**
 * luo_memfd_list_first - Find the sorted extent where a search must begin.
 * @memfd: The file.
 * @index: The first page of the range to search for.
 *
 * Return: The number of the first sorted extent that may have a page at or after @index.
 */
u64 luo_memfd_list_first(const struct luo_memfd *memfd, u64 index)
{
	struct luo_memfd_extent_ser extent;
	u64 low = 0, high = memfd->nr_sorted, middle;

	/* The extent before @high is the last one that begins at or before @index. */
	while (low < high) {
		middle = low + (high - low) / 2;
		luo_vec_get(&memfd->extents, middle, &extent);
		if (extent.index <= index)
			low = middle + 1;
		else
			high = middle;
	}

	return high ? high - 1 : 0;
}

/* Return the @nr pages of an extent from @offset on, in pages of the file. */
static struct luo_memfd_extent_ser
luo_memfd_list_part(const struct luo_memfd_extent_ser *extent, u64 offset, u64 nr)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	struct luo_memfd_extent_ser part = *extent;

	part.index += offset;
	part.pfn += luo_run_mirror(&run, offset, nr);
	part.nr_pages = nr;

	return part;
}

static int luo_memfd_list_remove(struct luo_memfd *memfd, u64 nr,
				 struct luo_memfd_extent_ser *extent)
{
	if (!memfd->removed)
		memfd->removed = kvmalloc_array(LUO_MEMFD_REMOVED_MAX,
						sizeof(*memfd->removed),
						GFP_KERNEL);
	if (!memfd->removed)
		return -ENOMEM;

	if (memfd->nr_removed < LUO_MEMFD_REMOVED_MAX)
		memfd->removed[memfd->nr_removed] = nr;
	memfd->nr_removed++;
	if (extent->flags & LUO_MEMFD_POISONED)
		memfd->nr_poisoned -= extent->nr_pages;
	memfd->v1.nr_pages -= extent->nr_pages;
	extent->nr_pages = 0;
	luo_vec_set(&memfd->extents, nr, extent);

	return 0;
}

/**
 * luo_memfd_list_punch - Remove pages from an extent.
 * @memfd: The file.
 * @nr:    The number of the extent.
 * @start: The first page of the file to remove, in the extent.
 * @end:   The page after the last one, at most the end of the extent.
 *
 * Return: 0; -ENOMEM if there is no memory, with the list unchanged.
 */
int luo_memfd_list_punch(struct luo_memfd *memfd, u64 nr, u64 start, u64 end)
{
	struct luo_memfd_extent_ser extent, head, tail;
	u64 extent_end;
	int err;

	memfd->changed = true;
	luo_vec_get(&memfd->extents, nr, &extent);
	extent_end = extent.index + extent.nr_pages;
	head = luo_memfd_list_part(&extent, 0, start - extent.index);
	tail = luo_memfd_list_part(&extent, end - extent.index,
				   extent_end - end);
	if (!head.nr_pages && !tail.nr_pages)
		return luo_memfd_list_remove(memfd, nr, &extent);

	if (head.nr_pages && tail.nr_pages) {
		err = luo_vec_append(&memfd->extents, &tail, 1, GFP_KERNEL);
		if (err)
			return err;
	}
	if (extent.flags & LUO_MEMFD_POISONED)
		memfd->nr_poisoned -= end - start;
	luo_vec_set(&memfd->extents, nr, head.nr_pages ? &head : &tail);
	memfd->v1.nr_pages -= end - start;

	return 0;
}

/* Move the last extent to the place of a removed one. */
static void luo_memfd_list_compact_one(struct luo_memfd *memfd, u64 nr)
{
	struct luo_vec *extents = &memfd->extents;
	struct luo_memfd_extent_ser extent = {};

	while (extents->count && !extent.nr_pages) {
		luo_vec_get(extents, extents->count - 1, &extent);
		if (!extent.nr_pages)
			luo_vec_truncate(extents, extents->count - 1);
	}
	if (nr >= extents->count)
		return;

	luo_vec_set(extents, nr, &extent);
	luo_vec_truncate(extents, extents->count - 1);
}

/* Fill the places of all removed extents. */
static void luo_memfd_list_compact(struct luo_memfd *memfd)
{
	struct luo_memfd_extent_ser extent;
	u64 i;

	if (!memfd->nr_removed)
		return;

	if (memfd->nr_removed <= LUO_MEMFD_REMOVED_MAX) {
		for (i = 0; i < memfd->nr_removed; i++)
			luo_memfd_list_compact_one(memfd, memfd->removed[i]);
	} else {
		for (i = 0; i < memfd->extents.count; i++) {
			luo_vec_get(&memfd->extents, i, &extent);
			if (!extent.nr_pages)
				luo_memfd_list_compact_one(memfd, i);
		}
	}
	memfd->nr_removed = 0;
	memfd->nr_sorted = 0;
	if (!memfd->extents.count)
		luo_vec_free(&memfd->extents);
}

/**
 * luo_memfd_list_seal - Update the data that the next kernel reads from the lists.
 * @memfd: The file.
 */
void luo_memfd_list_seal(struct luo_memfd *memfd)
{
	u64 max = DIV_ROUND_UP_ULL(memfd->v1.size, PAGE_SIZE);

	/*
	 * luo_memfd_v0_in_read() refuses a list with more entries than the file has pages.
	 * Remove the entries of removed folios if they make the list too long.
	 */
	if (memfd->v0.ser && (!memfd->has_object || memfd->v0.nr > max))
		luo_memfd_v0_out_compact(&memfd->v0);
	if (!memfd->changed)
		return;

	luo_memfd_list_compact(memfd);
	memfd->changed = false;
	if (memfd->extents.count)
		luo_vec_seal(&memfd->extents);
	memfd->v1.nr_extents = memfd->extents.count;
	memfd->v1.extents = memfd->extents.count ? memfd->extents.handle : 0;
}
