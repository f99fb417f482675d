// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserving absent pages of a memfd again
 *
 * When a file is preserved that has absent pages, see luo_memfd_lazy.c,
 * luo_memfd_collect.c lists the pages in the page cache, and this file adds the absent
 * ones: no struct page is written, and each preservation of the previous kernel is looked
 * up once. From then on, and under the same lock, each page that is inserted is pinned,
 * because in the end all pages of the list are unpinned that are not absent.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>

#include "luo_memfd_lazy.h"

/*
 * List absent single pages of an extent, @nr of them from a page of the file on. If KHO
 * does not have all of them, the next kernel would find memory of another user there.
 */
static int luo_memfd_relist_singles(struct luo_memfd_walk *walk,
				    const struct luo_memfd_extent_ser *extent,
				    u64 index, u32 nr)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	u64 pfn = run.pfn + luo_run_mirror(&run, index - extent->index, nr);
	bool down = luo_memfd_absent_is_down(extent) && nr > 1;
	u32 i = 0;
	int order;

	while (i < nr) {
		order = luo_run_order_at(pfn + i);
		if (order < 0 || 1ULL << order > nr - i)
			return -EIO;
		i += 1U << order;
	}

	if (luo_memfd_extents_reserve(walk->list, 1))
		return -ENOMEM;
	luo_memfd_pin_walk_add(walk, &(struct luo_memfd_extent_ser){
				.index = index,
				.pfn = pfn,
				.nr_pages = nr,
				.flags = down ? LUO_MEMFD_DESCENDING : 0,
			});

	return 0;
}

/* The same for folios, some of which may be divided. */
static int luo_memfd_relist_folios(struct luo_memfd_walk *walk,
				   const struct luo_memfd_extent_ser *extent,
				   u64 index, u32 nr)
{
	u64 pfn;
	int order;

	for (; nr; nr -= 1U << order, index += 1U << order) {
		pfn = extent->pfn +
		      luo_memfd_absent_offset(extent, index - extent->index);
		order = luo_run_order_at(pfn);
		if (order < 0 || 1ULL << order > nr)
			return -EIO;
		if (luo_memfd_extents_reserve(walk->list, 1))
			return -ENOMEM;
		luo_memfd_pin_walk_add(walk, &(struct luo_memfd_extent_ser){
					.index = index,
					.pfn = pfn,
					.nr_pages = 1U << order,
					.order = order == extent->order ? order : 0,
				});
	}

	return 0;
}

/* List the absent pages, in order, and claim none. */
static int luo_memfd_relist_absent(struct luo_memfd_lazy *lazy,
				   struct luo_memfd_walk *walk)
{
	const struct luo_memfd_absent *absent = &lazy->absent;
	const struct luo_memfd_extent_ser *extent;
	u64 i, index, next, end;
	int err = 0;

	for (i = 0; i < absent->list.nr && !err; i++) {
		extent = &absent->list.extents[i];
		end = extent->index + extent->nr_pages;
		index = luo_memfd_absent_next(absent, extent->index, end, true);
		while (index < end && !err) {
			next = luo_memfd_absent_next(absent, index, end, false);
			err = extent->order ?
			      luo_memfd_relist_folios(walk, extent, index,
						      next - index) :
			      luo_memfd_relist_singles(walk, extent, index,
						       next - index);
			if (err == -EIO)
				luo_memfd_lazy_lost(lazy, index, next - index);
			index = luo_memfd_absent_next(absent, next, end, true);
		}
		cond_resched();
	}

	return err;
}

/* Merge the list of absent pages into that of the others, and free it. */
static int luo_memfd_relist_merge(struct luo_memfd_walk *walk,
				  struct luo_memfd_extents *absent)
{
	struct luo_memfd_extents *list = walk->list, present = *list;
	u64 i = 0, j = 0;
	int err;

	*list = (struct luo_memfd_extents){};
	err = luo_memfd_extents_reserve(list, present.nr + absent->nr);
	if (err) {
		*list = present;
		luo_memfd_extents_free(absent);
		return err;
	}

	while (i < present.nr || j < absent->nr) {
		if (j == absent->nr || (i < present.nr &&
					present.extents[i].index <
					absent->extents[j].index))
			luo_memfd_pin_walk_add(walk, &present.extents[i++]);
		else
			luo_memfd_pin_walk_add(walk, &absent->extents[j++]);
		if ((i + j) % LUO_MEMFD_BATCH == 0)
			cond_resched();
	}
	luo_memfd_extents_free(&present);
	luo_memfd_extents_free(absent);

	return 0;
}

/**
 * luo_memfd_relist - Add the absent pages of a file to the list of a walk.
 * @walk: The walk, which has been over the page cache. Its list is in order.
 *
 * Pages that are inserted after this are pinned, until luo_memfd_relist_release_begin().
 *
 * Context: Process context, may sleep. The inode is locked, and what is added is marked.
 * Return: 0; -EIO if KHO does not have an absent page; -ENOMEM; -EINTR. On an error the
 * list has what the walk has pinned, and nothing else.
 */
int luo_memfd_relist(struct luo_memfd_walk *walk)
{
	struct inode *inode = walk->inode;
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);
	struct luo_memfd_extents absent = {};
	struct luo_memfd_walk other = { .list = &absent };
	gfp_t gfp = luo_memfd_lazy_gfp(mapping_gfp_mask(inode->i_mapping));
	int err;

	if (!lazy || !READ_ONCE(SHMEM_I(inode)->nr_absent))
		return 0;

	if (mutex_lock_killable(&lazy->lock))
		return -EINTR;
	/* What is inserted here has a mark, and freeze finds it. */
	err = luo_memfd_lazy_flush(lazy, gfp, NULL);
	if (!err)
		err = luo_memfd_relist_absent(lazy, &other);
	if (!err)
		err = luo_memfd_relist_merge(walk, &absent);
	else
		luo_memfd_extents_free(&absent);
	WRITE_ONCE(lazy->preserved, !err);
	mutex_unlock(&lazy->lock);

	return err;
}

/**
 * luo_memfd_relist_release_begin - Block the insertion of absent pages.
 * @inode: The file.
 *
 * Called before the pages of the list are unpinned: absent pages have no pin. Pages that
 * are inserted later are not pinned. Call luo_memfd_relist_release_end() afterwards.
 *
 * Context: Process context, may sleep. Returns with the lock of the lazy state held.
 */
void luo_memfd_relist_release_begin(struct inode *inode)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);
	struct folio *folio;

	if (!lazy)
		return;

	mutex_lock(&lazy->lock);
	list_for_each_entry(folio, &lazy->claimed, lru) {
		if (lazy->preserved)
			unpin_folio(folio);
	}
	WRITE_ONCE(lazy->preserved, false);
}

/**
 * luo_memfd_relist_release_end - Allow the insertion of absent pages again.
 * @inode: The file.
 *
 * Releases the lock that luo_memfd_relist_release_begin() took, and restarts the worker.
 */
void luo_memfd_relist_release_end(struct inode *inode)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);

	if (!lazy)
		return;

	mutex_unlock(&lazy->lock);
	luo_memfd_background_start(lazy);
}

/**
 * luo_memfd_relist_present - Find pages of a preserved file that are not absent.
 * @inode: The file.
 * @start: The index to start at.
 * @end:   The index behind the last; set to that behind the pages found.
 *
 * Return: The index of the first; the old @end if there is none.
 */
u64 luo_memfd_relist_present(struct inode *inode, u64 start, u64 *end)
{
	struct luo_memfd_lazy *lazy = luo_memfd_lazy_of(inode);

	if (!lazy)
		return start;

	start = luo_memfd_absent_next(&lazy->absent, start, *end, false);
	*end = luo_memfd_absent_next(&lazy->absent, start, *end, true);

	return start;
}
