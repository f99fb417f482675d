// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Making huge pages of claimed folios
 *
 * A folio that was claimed is a large folio of the page allocator. Adopting it makes it a
 * huge page in use, as if it had been allocated for a page fault: it is counted as a page
 * of its node, persistent or surplus as luo_hugetlb_pool.c says, and charged to the hugetlb
 * cgroup. With the vmemmap optimisation its struct pages are freed as those of any other.
 *
 * A poisoned folio is neither adopted nor freed. One that spans two zones is adopted for a
 * file, and never freed.
 *
 * A folio of a file that is not retrieved joins the pool if the pool waits for it, and is
 * freed to the page allocator otherwise.
 *
 * Called by luo_hugetlb_in.c. It calls luo_hugetlb_pool.c, luo_hugetlb_collect.c and
 * hugetlb.
 */

#include <linux/hugetlb.h>
#include <linux/hugetlb_cgroup.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "hugetlb_internal.h"
#include "hugetlb_vmemmap.h"
#include "luo_hugetlb.h"

/**
 * luo_hugetlb_adopt_poisoned - Check if the hardware has reported a folio as damaged.
 * @folio: A folio that was claimed and not adopted.
 *
 * memory_failure() may have marked any page of the folio, also before it was claimed. If
 * the folio is adopted, a mark on a tail page is lost: hugetlb looks at the head page
 * only, and the vmemmap optimisation frees the others.
 *
 * Context: Process context, may sleep.
 * Return: true if a page of the folio is poisoned. Never free it then.
 */
bool luo_hugetlb_adopt_poisoned(struct folio *folio)
{
	const long nr = folio_nr_pages(folio);
	long i;

	if (!luo_run_poison_seen())
		return false;

	for (i = 0; i < nr; i++) {
		if (PageHWPoison(folio_page(folio, i)))
			return true;
		if (!(i % 4096))
			cond_resched();
	}

	return false;
}

/**
 * luo_hugetlb_adopt_spans_zones - Check if a folio spans two zones.
 * @folio: A folio that was claimed and not adopted.
 *
 * kernelcore= and movablecore= move the border of a zone, and a gigantic page of the
 * previous kernel may be on both sides of it. The page allocator cannot free such a page:
 * it would add all of it to the zone of the first page. In a file it does no harm.
 *
 * Return: true if it spans two zones. Never free it then.
 */
bool luo_hugetlb_adopt_spans_zones(struct folio *folio)
{
	return folio_zone(folio) !=
	       page_zone(folio_page(folio, folio_nr_pages(folio) - 1));
}

/* Make folios with one reference each huge pages without a reference. */
static void luo_hugetlb_adopt_init(struct list_head *folios)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, folios, lru) {
		list_del(&folio->lru);
		/*
		 * Memory offline, split_huge_pages and others that walk page frames may
		 * reference the folio until they have seen that it is neither on an LRU
		 * list nor a huge page. Nothing else knows it, so this ends.
		 */
		while (!folio_ref_freeze(folio, 1))
			cond_resched();
		init_new_hugetlb_folio(folio);
		list_add(&folio->lru, folios);
	}
}

/* Add huge pages without a reference to those in use, with @refs references each. */
static void luo_hugetlb_adopt_add(struct hstate *h, struct list_head *folios,
				  struct hugetlb_cgroup *h_cg, int refs)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, folios, lru) {
		luo_hugetlb_pool_adopt(h, folio_nid(folio));
		list_move(&folio->lru, &h->hugepage_activelist);
		hugetlb_cgroup_commit_charge(hstate_index(h),
					     pages_per_huge_page(h), h_cg,
					     folio);
		folio_ref_unfreeze(folio, refs);
	}
}

/**
 * luo_hugetlb_adopt - Make claimed folios huge pages in use.
 * @h:      Their size.
 * @folios: Up to %LUO_HUGETLB_BATCH folios that were claimed, linked by lru, each with one
 *          reference, which the caller keeps. Empty afterwards: they are in the list of
 *          the pages in use. One that spans two zones has another reference for good.
 * @h_cg:   The hugetlb cgroup that was charged for them, or NULL.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_adopt(struct hstate *h, struct list_head *folios,
		       struct hugetlb_cgroup *h_cg)
{
	struct folio *folio, *next;
	LIST_HEAD(spanning);

	list_for_each_entry_safe(folio, next, folios, lru) {
		if (luo_hugetlb_adopt_spans_zones(folio))
			list_move_tail(&folio->lru, &spanning);
	}
	luo_hugetlb_adopt_init(folios);
	luo_hugetlb_adopt_init(&spanning);
	/* Not those that span zones: page_zone() of their tail pages needs the struct pages. */
	hugetlb_vmemmap_optimize_folios(h, folios);

	spin_lock_irq(&hugetlb_lock);
	luo_hugetlb_adopt_add(h, folios, h_cg, 1);
	/* The second reference is never dropped. */
	luo_hugetlb_adopt_add(h, &spanning, h_cg, 2);
	spin_unlock_irq(&hugetlb_lock);
}

/**
 * luo_hugetlb_adopt_put - Free claimed folios to the page allocator.
 * @folios: The folios, linked by lru, each with one reference. Empty afterwards.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_adopt_put(struct list_head *folios)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, folios, lru) {
		list_del(&folio->lru);
		folio_put(folio);
		cond_resched();
	}
}

/**
 * luo_hugetlb_adopt_free - Free claimed folios to the pool or the page allocator.
 * @h:      Their size.
 * @folios: Folios as for luo_hugetlb_adopt(), whose references are dropped.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_adopt_free(struct hstate *h, struct list_head *folios)
{
	struct folio *folio, *next;
	LIST_HEAD(pool);

	spin_lock_irq(&hugetlb_lock);
	list_for_each_entry_safe(folio, next, folios, lru) {
		if (luo_hugetlb_pool_wants(h, folio_nid(folio)))
			list_move_tail(&folio->lru, &pool);
		luo_hugetlb_pool_drop(h, folio_nid(folio));
	}
	spin_unlock_irq(&hugetlb_lock);

	luo_hugetlb_adopt_init(&pool);
	if (!list_empty(&pool))
		prep_and_add_allocated_folios(h, &pool);
	luo_hugetlb_adopt_put(folios);
}
