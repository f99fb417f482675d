// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pages of objects
 *
 * An object can have pages, which stay where they are. The object leads to a list of runs
 * of pages. Saving the object preserves the pages, loading it claims them, and dropping or
 * finishing it frees the pages that were not claimed.
 *
 * The list is copied, and the copy is checked before a page is claimed: each run must be
 * valid and preserved as it says, and the runs must have as many pages as the object says.
 * If a page is in the list twice, the second claim fails.
 *
 * It is called by luo_object_member.c and luo_object_convert.c, and by subsystems to
 * collect pages. It calls luo_elements.c, luo_array.c and luo_run.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_array_internal.h"
#include "luo_elements_internal.h"
#include "luo_handover.h"
#include "luo_pages_internal.h"

/* Values are checked by luo_run_valid(). */
#define PAGE_RUN_FIELDS(field, ser)					\
	field(ser, 1, u64, pfn)						\
	field(ser, 1, u32, nr_pages)					\
	field(ser, 1, u16, order)					\
	field(ser, 1, u16, reserved)

#define PAGE_RUN_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND(page_run, struct luo_pages_run_ser, PAGE_RUN_FIELDS,
		PAGE_RUN_VERSIONS);

const struct luo_object_kind *const luo_pages_run_kind = &page_run_kind;

/* Runs are stored without a conversion. No flag is used. */
static_assert(sizeof(struct luo_run) == sizeof(struct luo_pages_run_ser));
static_assert(offsetof(struct luo_run, pfn) ==
	      offsetof(struct luo_pages_run_ser, pfn));
static_assert(offsetof(struct luo_run, nr_pages) ==
	      offsetof(struct luo_pages_run_ser, nr_pages));
static_assert(offsetof(struct luo_run, order) ==
	      offsetof(struct luo_pages_run_ser, order));
static_assert(offsetof(struct luo_run, flags) ==
	      offsetof(struct luo_pages_run_ser, reserved));

/**
 * luo_pages_add_pfn - Add a folio by its page frame, see luo_pages_add().
 * @pages: The pages.
 * @pfn:   The first page frame of the folio.
 * @order: Its order.
 * @gfp:   Allocation mask.
 *
 * Return: As luo_pages_add().
 */
int luo_pages_add_pfn(struct luo_pages *pages, u64 pfn, unsigned int order,
		      gfp_t gfp)
{
	struct luo_run *last = pages->nr_runs ?
			       &pages->runs[pages->nr_runs - 1] : NULL, *runs;
	const u32 nr_pages = 1U << order;

	if (last && last->order == order &&
	    last->pfn + last->nr_pages == pfn &&
	    last->nr_pages <= U32_MAX - nr_pages) {
		last->nr_pages += nr_pages;
		pages->nr_pages += nr_pages;
		return 0;
	}

	if (pages->nr_runs == pages->max_runs) {
		runs = kvrealloc(pages->runs, (2 * pages->max_runs + 1) *
				 sizeof(*runs), gfp);
		if (!runs)
			return -ENOMEM;
		pages->runs = runs;
		pages->max_runs = 2 * pages->max_runs + 1;
	}
	pages->runs[pages->nr_runs++] = (struct luo_run){
		.pfn = pfn,
		.nr_pages = nr_pages,
		.order = order,
	};
	pages->nr_pages += nr_pages;

	return 0;
}

/**
 * luo_pages_add - Add a folio to the pages of an object.
 * @pages: The pages, all zero before the first folio.
 * @page:  The first page of the folio. The caller's reference is then that of @pages.
 * @order: The order of the folio, 0 for a single page.
 * @gfp:   Allocation mask for the list.
 *
 * Movable pages cannot be preserved, so allocate them without %__GFP_MOVABLE, and with
 * %__GFP_COMP if @order is not 0.
 *
 * Context: Process context, may sleep if @gfp says so.
 * Return: 0; -ENOMEM if there is no memory, with @pages unchanged.
 */
int luo_pages_add(struct luo_pages *pages, struct page *page, unsigned int order,
		  gfp_t gfp)
{
	return luo_pages_add_pfn(pages, page_to_pfn(page), order, gfp);
}
EXPORT_SYMBOL_GPL(luo_pages_add);

/**
 * luo_pages_free - Drop the references to all folios, and free the list.
 * @pages: The pages. All zero afterwards.
 *
 * Call luo_object_abort() before, if the object that has the pages is saved.
 *
 * Context: Process context, may sleep.
 */
void luo_pages_free(struct luo_pages *pages)
{
	u64 i;

	for (i = 0; i < pages->nr_runs; i++)
		luo_run_put(&pages->runs[i], 0, pages->runs[i].nr_pages);
	kvfree(pages->runs);
	*pages = (struct luo_pages){};
}

/**
 * luo_pages_pfn - Get the page frame of a page.
 * @pages: The pages.
 * @index: The number of the page, less than @pages->nr_pages.
 *
 * Takes time in proportion to the number of runs.
 *
 * Context: Any.
 * Return: The page frame.
 */
u64 luo_pages_pfn(const struct luo_pages *pages, u64 index)
{
	const struct luo_run *run = pages->runs;

	for (; index >= run->nr_pages; run++)
		index -= run->nr_pages;

	return run->pfn + index;
}
EXPORT_SYMBOL_GPL(luo_pages_pfn);

/**
 * luo_pages_save - Preserve pages and write the list of their runs.
 * @ser:      Set to the description of the pages; all zero if there is none or on failure.
 * @pages:    The pages.
 * @gfp:      Allocation mask for the list.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EEXIST if a page is preserved already; -EADDRNOTAVAIL if one cannot be
 * preserved where it is; -EHWPOISON if one is poisoned; -ENOMEM if there is no memory. On
 * failure no page is preserved.
 */
int luo_pages_save(struct luo_pages_ser *ser, const struct luo_pages *pages,
		   gfp_t gfp)
{
	struct luo_array array;
	u64 i;
	int err;

	*ser = (struct luo_pages_ser){};
	err = luo_elements_save(&ser->runs, &array, &page_run_kind, pages->runs,
				pages->nr_runs, gfp);
	if (err)
		return err;

	for (i = 0; i < pages->nr_runs; i++) {
		err = luo_run_poisoned(&pages->runs[i]) ? -EHWPOISON :
		      luo_run_preserve(&pages->runs[i]);
		if (err)
			goto err_unpreserve;
	}
	luo_array_unmap(&array);
	ser->nr_pages = pages->nr_pages;

	return 0;

err_unpreserve:
	while (i--)
		luo_run_unpreserve(&pages->runs[i]);
	luo_array_free(&array);
	*ser = (struct luo_pages_ser){};

	return err;
}

/* No run crosses from one part of the array to the next. */
static_assert(!(PAGE_SIZE % sizeof(struct luo_run)));
static_assert(!(sizeof(struct luo_array_block_ser) % sizeof(struct luo_run)));

static u64 luo_pages_unpreserve(const void *data, size_t size, void *arg)
{
	const struct luo_run *run = data;
	size_t i;

	for (i = 0; i < size / sizeof(*run); i++)
		luo_run_unpreserve(&run[i]);

	return 0;
}

static u64 luo_pages_find_poisoned(const void *data, size_t size, void *arg)
{
	const struct luo_run *run = data;
	u64 pfn = 0;
	size_t i;

	for (i = 0; i < size / sizeof(*run) && !pfn; i++)
		pfn = luo_run_poisoned(&run[i]);

	return pfn;
}

static u64 luo_pages_differ(const void *data, size_t size, void *arg)
{
	const void **runs = arg;

	if (memcmp(data, *runs, size))
		return 1;
	*runs += size;

	return 0;
}

/**
 * luo_pages_stored - Check whether these are the pages that were saved.
 * @ser:      The description that luo_pages_save() wrote.
 * @pages:    The pages.
 *
 * Context: Process context, may sleep.
 * Return: true if no page was added, removed or replaced.
 */
bool luo_pages_stored(const struct luo_pages_ser *ser, const struct luo_pages *pages)
{
	const void *runs = pages->runs;

	if (pages->nr_pages != ser->nr_pages || pages->nr_runs != ser->runs.count)
		return false;

	return !ser->runs.count ||
	       !luo_array_stored_each(ser->runs.array,
				      ser->runs.count * ser->runs.stride,
				      luo_pages_differ, &runs);
}

/**
 * luo_pages_poisoned - Find a page that was poisoned after luo_pages_save().
 * @ser:      The description of the pages that it wrote.
 *
 * Context: Process context, may sleep.
 * Return: The page frame of such a page; 0 if there is none.
 */
u64 luo_pages_poisoned(const struct luo_pages_ser *ser)
{
	if (!ser->runs.count)
		return 0;

	return luo_array_stored_each(ser->runs.array,
				     ser->runs.count * ser->runs.stride,
				     luo_pages_find_poisoned, NULL);
}

/**
 * luo_pages_abort - Undo luo_pages_save().
 * @ser:      The description of the pages that it wrote.
 *
 * Allocates nothing. The owner of the pages keeps them.
 *
 * Context: Process context, may sleep.
 */
void luo_pages_abort(const struct luo_pages_ser *ser)
{
	if (!ser->runs.count)
		return;

	luo_array_stored_each(ser->runs.array, ser->runs.count * ser->runs.stride,
			      luo_pages_unpreserve, NULL);
	luo_elements_abort(&ser->runs);
}

/* Return why the list of runs of another kernel is invalid, or NULL. */
static const char *luo_pages_check(const struct luo_pages_ser *ser,
				   const struct luo_run *runs)
{
	u64 nr_pages = 0, i;

	for (i = 0; i < ser->runs.count; i++) {
		if (!luo_run_valid(&runs[i]) || runs[i].flags)
			return "a run of pages is invalid";
		nr_pages += runs[i].nr_pages;
		/* Before the runs are searched: their number of pages is then bounded. */
		if (nr_pages > ser->nr_pages)
			break;
		cond_resched();
	}
	if (nr_pages != ser->nr_pages)
		return "its list has another number of pages";

	for (i = 0; i < ser->runs.count; i++) {
		if (!luo_run_present(&runs[i]))
			return "a page was not preserved, or was claimed already";
	}

	return NULL;
}

/**
 * luo_pages_read - Read the list of the pages of an object of the previous kernel.
 * @ser:      As read from the object: any values.
 * @pages:    Set to the pages, which are not claimed. All zero on failure.
 * @why:      Set to the reason of the error if it is -EBADMSG.
 *
 * The caller frees the list with kvfree(), or claims the pages.
 *
 * Context: Process context, may sleep.
 * Return: 0, also if there is no page; -EBADMSG if the list is corrupt, or a page was not
 * preserved or is claimed already; -EMSGSIZE if the list has another size; -EPROTO or
 * -EPROTONOSUPPORT if this kernel does not read the list, which is logged; -ENOMEM if there
 * is no memory.
 */
int luo_pages_read(const struct luo_pages_ser *ser, struct luo_pages *pages,
		   const char **why)
{
	void *runs = NULL;
	int err = 0;

	*pages = (struct luo_pages){};
	*why = "its list is corrupt";
	if (ser->runs.count)
		err = luo_elements_copy(&ser->runs, &page_run_kind, &runs);
	if (err)
		return err;

	*why = luo_pages_check(ser, runs);
	if (*why) {
		kvfree(runs);
		return -EBADMSG;
	}
	*pages = (struct luo_pages){
		.runs = runs,
		.nr_runs = ser->runs.count,
		.nr_pages = ser->nr_pages,
		.max_runs = ser->runs.count,
	};

	return 0;
}

/**
 * luo_pages_claim - Claim pages of the previous kernel, all or nothing.
 * @pages:    The pages from luo_pages_read(). All zero on failure.
 *
 * Allocates nothing.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if a page is in the list twice, or was claimed in the meantime, in
 * which case the others are freed.
 */
int luo_pages_claim(struct luo_pages *pages)
{
	struct luo_run_claim claim = {};
	u32 nr_pages = 0;
	u64 i;

	for (i = 0; i < pages->nr_runs; i++) {
		nr_pages = luo_run_claim(&claim, &pages->runs[i], 0,
					 pages->runs[i].nr_pages);
		if (nr_pages < pages->runs[i].nr_pages)
			break;
	}
	luo_run_claim_end(&claim);
	if (i == pages->nr_runs)
		return 0;

	/* Free the pages that were claimed. */
	luo_run_put(&pages->runs[i], 0, nr_pages);
	pages->nr_runs = i;
	luo_pages_free(pages);

	return -EBADMSG;
}
