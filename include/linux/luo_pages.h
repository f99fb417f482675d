/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_PAGES_H
#define _LINUX_LUO_PAGES_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct luo_run;
struct page;

/**
 * struct luo_pages - Pages of an object, in order.
 * @runs:     Runs of the pages: folios of one order that are contiguous in memory.
 * @nr_runs:  Number of runs.
 * @nr_pages: Number of pages of all runs.
 *
 * All zero if there is no page. The owner has a reference to each folio.
 */
struct luo_pages {
	struct luo_run *runs;
	u64 nr_runs;
	u64 nr_pages;

	/* private: */
	u64 max_runs;
};

int luo_pages_add(struct luo_pages *pages, struct page *page, unsigned int order,
		  gfp_t gfp);
u64 luo_pages_pfn(const struct luo_pages *pages, u64 index);
void luo_pages_free(struct luo_pages *pages);

#endif /* _LINUX_LUO_PAGES_H */
