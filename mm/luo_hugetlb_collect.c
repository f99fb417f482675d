// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The pages of a hugetlb file
 *
 * Finds the pages of a file, references and preserves them. The reference keeps a page
 * where it is and allocated, also if a program punches a hole there or truncates the file.
 * Such a page is released when the file is collected again, at freeze.
 *
 * A page stays in its page frames, with one exception: memory of a scratch area, in which
 * the next kernel boots, cannot be preserved. memfd_pin_folios() moves such a page, as it
 * does before any other long-term pin.
 *
 * Called by luo_hugetlb_out.c. It calls luo_run.c.
 */

#define pr_fmt(fmt) "luo_hugetlb: " fmt

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/folio_batch.h>
#include <linux/hugetlb.h>
#include <linux/kexec_handover.h>
#include <linux/limits.h>
#include <linux/luo_run.h>
#include <linux/memfd.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "luo_hugetlb.h"

/**
 * struct luo_hugetlb_walk - A walk over the pages of a file.
 * @file:   The file.
 * @h:      Its size of pages.
 * @old:    The pages that were collected before.
 * @next:   The extent of @old that is compared next.
 * @offset: The huge page in it that is compared next.
 * @list:   The pages that were found.
 * @added:  Those of them that are not in @old.
 * @gone:   Those of @old that were not found.
 */
struct luo_hugetlb_walk {
	struct file *file;
	struct hstate *h;
	const struct luo_hugetlb_list *old;
	u64 next;
	u32 offset;
	struct luo_hugetlb_list list;
	struct luo_hugetlb_list added;
	struct luo_hugetlb_list gone;
};

static int luo_hugetlb_list_reserve(struct luo_hugetlb_list *list)
{
	struct luo_hugetlb_extent_ser *extents;
	u64 max = list->max ? 2 * list->max : 16;

	if (list->nr < list->max)
		return 0;

	extents = kvrealloc(list->extents, array_size(max, sizeof(*extents)),
			    GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	if (!extents)
		return -ENOMEM;
	list->extents = extents;
	list->max = max;

	return 0;
}

/* Add a page after all others. There is space for another extent. */
static void luo_hugetlb_list_add(struct luo_hugetlb_list *list, u64 index, u64 pfn,
				 unsigned int order)
{
	struct luo_hugetlb_extent_ser *last = list->nr ?
					      &list->extents[list->nr - 1] : NULL;

	if (last && last->index + last->nr == index &&
	    last->pfn + ((u64)last->nr << order) == pfn &&
	    last->nr < U32_MAX >> order) {
		last->nr++;
		return;
	}

	list->extents[list->nr++] = (struct luo_hugetlb_extent_ser){
		.index = index,
		.pfn = pfn,
		.nr = 1,
	};
}

static void luo_hugetlb_list_free(struct luo_hugetlb_list *list)
{
	kvfree(list->extents);
	*list = (struct luo_hugetlb_list){};
}

static void luo_hugetlb_release_extent(struct hstate *h,
				       const struct luo_hugetlb_extent_ser *extent)
{
	struct luo_run run = luo_hugetlb_run(extent, huge_page_order(h));
	u32 i;

	luo_run_unpreserve(&run);
	for (i = 0; i < extent->nr; i++) {
		struct folio *folio = pfn_folio(extent->pfn +
						((u64)i << run.order));

		luo_hugetlb_pool_count(h, folio_nid(folio), -1);
		folio_put(folio);
		cond_resched();
	}
}

/**
 * luo_hugetlb_collect_release - Unpreserve the pages of a list, and drop the references.
 * @h:    The size of the pages.
 * @list: The list. All zero afterwards.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_collect_release(struct hstate *h, struct luo_hugetlb_list *list)
{
	u64 i;

	for (i = 0; i < list->nr; i++)
		luo_hugetlb_release_extent(h, &list->extents[i]);
	luo_hugetlb_list_free(list);
}

static bool luo_hugetlb_may_stay(const struct hstate *h, const struct folio *folio)
{
	return !kho_check_range(PFN_PHYS(folio_pfn(folio)), huge_page_size(h));
}

/*
 * Move a page out of a scratch area. Return the new folio with a reference in place of
 * the one to @folio, or an error with no reference.
 */
static struct folio *luo_hugetlb_move(struct luo_hugetlb_walk *walk,
				      struct folio *folio, u64 index)
{
	const loff_t start = index << huge_page_shift(walk->h);
	pgoff_t offset;
	long ret;

	/* It cannot be moved while it has another reference. */
	folio_put(folio);
	ret = memfd_pin_folios(walk->file, start,
			       start + huge_page_size(walk->h) - 1, &folio, 1,
			       &offset);
	if (ret < 0)
		return ERR_PTR(ret == -ENOMEM ? -ENOMEM : -EBUSY);
	if (ret != 1)
		return ERR_PTR(-EBUSY);

	folio_get(folio);
	unpin_folio(folio);
	if (luo_hugetlb_may_stay(walk->h, folio))
		return folio;

	folio_put(folio);

	return ERR_PTR(-EBUSY);
}

static int luo_hugetlb_preserve(struct luo_hugetlb_walk *walk,
				struct folio *folio, u64 index)
{
	const struct luo_run run = {
		.pfn = folio_pfn(folio),
		.nr_pages = 1U << huge_page_order(walk->h),
		.order = huge_page_order(walk->h),
	};
	int err;

	if (folio_test_hwpoison(folio))
		return -EHWPOISON;

	err = luo_hugetlb_list_reserve(&walk->added);
	if (!err)
		err = luo_run_preserve(&run);
	if (err)
		return err;

	luo_hugetlb_list_add(&walk->added, index, run.pfn, run.order);
	luo_hugetlb_pool_count(walk->h, folio_nid(folio), 1);

	return 0;
}

/*
 * Advance in the old list up to @index. Return 1 if it has this page there, 0 if not, or
 * -ENOMEM.
 */
static int luo_hugetlb_compare(struct luo_hugetlb_walk *walk, u64 index, u64 pfn)
{
	const unsigned int order = huge_page_order(walk->h);
	const struct luo_hugetlb_extent_ser *extent;
	u64 old_index, old_pfn;
	bool found = false;
	int err;

	while (walk->next < walk->old->nr && !found) {
		extent = &walk->old->extents[walk->next];
		old_index = extent->index + walk->offset;
		old_pfn = extent->pfn + ((u64)walk->offset << order);
		if (old_index > index)
			break;

		found = old_index == index && old_pfn == pfn;
		if (!found) {
			err = luo_hugetlb_list_reserve(&walk->gone);
			if (err)
				return err;
			luo_hugetlb_list_add(&walk->gone, old_index, old_pfn,
					     order);
		}
		if (++walk->offset == extent->nr) {
			walk->offset = 0;
			walk->next++;
		}
	}

	return found;
}

/* Add a page to the list. Takes the reference to the folio, also on an error. */
static int luo_hugetlb_walk_add(struct luo_hugetlb_walk *walk,
				struct folio *folio)
{
	const u64 index = folio->index >> huge_page_order(walk->h);
	int err;

	if (!luo_hugetlb_may_stay(walk->h, folio)) {
		folio = luo_hugetlb_move(walk, folio, index);
		if (IS_ERR(folio)) {
			pr_err("page %llu of a file is in a scratch area, and cannot be moved: %pe\n",
			       index, folio);
			return PTR_ERR(folio);
		}
	}

	err = luo_hugetlb_list_reserve(&walk->list);
	if (!err)
		err = luo_hugetlb_compare(walk, index, folio_pfn(folio));
	if (err > 0) {
		if (folio_test_hwpoison(folio))
			err = -EHWPOISON;
		/* The list has a reference already. */
		folio_put(folio);
	} else if (!err) {
		err = luo_hugetlb_preserve(walk, folio, index);
		if (err)
			folio_put(folio);
	} else {
		folio_put(folio);
	}
	if (err == -EHWPOISON)
		pr_err("page %llu of a file is poisoned: punch a hole there, or do not preserve the file\n",
		       index);
	if (err < 0)
		return err;

	luo_hugetlb_list_add(&walk->list, index, folio_pfn(folio),
			     huge_page_order(walk->h));

	return 0;
}

static int luo_hugetlb_walk(struct luo_hugetlb_walk *walk)
{
	struct address_space *mapping = walk->file->f_mapping;
	struct folio_batch fbatch;
	pgoff_t next = 0;
	unsigned int i;
	int err = 0;

	folio_batch_init(&fbatch);
	while (!err && filemap_get_folios(mapping, &next, ULONG_MAX, &fbatch)) {
		for (i = 0; i < folio_batch_count(&fbatch); i++) {
			if (!err)
				err = luo_hugetlb_walk_add(walk, fbatch.folios[i]);
			else
				folio_put(fbatch.folios[i]);
		}
		folio_batch_init(&fbatch);
		cond_resched();
	}

	/* The rest of the old list. */
	if (!err)
		err = luo_hugetlb_compare(walk, U64_MAX, U64_MAX);

	return err;
}

/**
 * luo_hugetlb_collect - Find and preserve the pages of a file.
 * @file: The file.
 * @list: Initially what an earlier call has found, or all zero. Set to the pages that the
 *        file has now.
 *
 * Context: Process context, may sleep. Takes no lock of the file.
 * Return: 0; -EHWPOISON if a page is poisoned; -EBUSY if a page is in a scratch area and
 * cannot be moved; -EEXIST if a page is preserved already; -EADDRNOTAVAIL if a page is in
 * memory that was added after the boot; -ENOMEM if there is no memory. On an error @list
 * is unchanged.
 */
int luo_hugetlb_collect(struct file *file, struct luo_hugetlb_list *list)
{
	struct luo_hugetlb_walk walk = {
		.file = file,
		.h = hstate_file(file),
		.old = list,
	};
	int err;

	err = luo_hugetlb_walk(&walk);
	if (err) {
		luo_hugetlb_collect_release(walk.h, &walk.added);
		luo_hugetlb_list_free(&walk.gone);
		luo_hugetlb_list_free(&walk.list);
		return err;
	}

	luo_hugetlb_collect_release(walk.h, &walk.gone);
	luo_hugetlb_list_free(&walk.added);
	luo_hugetlb_list_free(list);
	*list = walk.list;

	return 0;
}
