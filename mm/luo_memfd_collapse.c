// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Collapsing the folios of a memfd
 *
 * To hand over a folio of 2 MiB costs a small fraction of its pages one by one, above
 * all in the boot of the next kernel and when the file is retrieved, while no service
 * runs. But collapsing pages into a folio copies them while the program runs, so the
 * administrator enables it with luo_memfd.collapse.
 *
 * Only ranges without holes are collapsed. If there is no memory, or if a page is in
 * use, the range is left unchanged. The contents never change.
 */

#include <linux/fs.h>
#include <linux/khugepaged.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/xarray.h>

#include <trace/events/luo.h>

#include "luo_memfd.h"

/* Number of tries if a page is in use. */
#define LUO_MEMFD_COLLAPSE_TRIES	3

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "luo_memfd."

static bool luo_memfd_collapses;
module_param_named(collapse, luo_memfd_collapses, bool, 0644);

/* Check that a range has no holes and is not in a large enough folio already. */
static bool luo_memfd_is_collapsible(struct address_space *mapping,
				     pgoff_t start)
{
	XA_STATE(xas, &mapping->i_pages, start);
	pgoff_t next = start;
	unsigned int order;
	void *entry;

	guard(rcu)();
	xas_for_each(&xas, entry, start + HPAGE_PMD_NR - 1) {
		if (xas_retry(&xas, entry))
			continue;
		order = xas_get_order(&xas);
		if (xas.xa_index != next || order >= HPAGE_PMD_ORDER)
			return false;
		next += 1UL << order;
	}

	return next == start + HPAGE_PMD_NR;
}

static int luo_memfd_collapse_range(struct file *file, pgoff_t start,
				    struct collapse_control *control)
{
	unsigned int i;
	int err;

	for (i = 0; i < LUO_MEMFD_COLLAPSE_TRIES; i++) {
		err = collapse_shmem_folios(file, start, control);
		if (err != -EAGAIN)
			break;
		cond_resched();
	}

	return err;
}

/**
 * luo_memfd_collapse - Replace small folios by large ones, if that is enabled.
 * @file: A shmem file, in use.
 *
 * Context: Process context, sleeps.
 */
void luo_memfd_collapse(struct file *file)
{
	struct address_space *mapping = file->f_mapping;
	struct collapse_control *control;
	u64 nr_collapsed = 0, nr_failed = 0;
	unsigned long index = 0;
	unsigned int flags;
	pgoff_t end, start;

	if (!IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) ||
	    !READ_ONCE(luo_memfd_collapses))
		return;

	/* Without memory, the file is preserved with its small folios. */
	control = collapse_control_alloc();
	if (!control)
		return;

	end = round_down(i_size_read(file_inode(file)) >> PAGE_SHIFT,
			 HPAGE_PMD_NR);
	lru_add_drain_all();
	/* Not into the scratch areas, where folios cannot be preserved. */
	flags = memalloc_pin_save();
	while (index < end && xa_find(&mapping->i_pages, &index, end - 1,
				      XA_PRESENT)) {
		start = round_down(index, HPAGE_PMD_NR);
		if (luo_memfd_is_collapsible(mapping, start)) {
			if (luo_memfd_collapse_range(file, start, control))
				nr_failed++;
			else
				nr_collapsed++;
		}
		index = start + HPAGE_PMD_NR;
		cond_resched();
	}
	memalloc_pin_restore(flags);
	kfree(control);

	trace_luo_memfd_collapse(nr_collapsed, nr_failed);
}
