/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_PAGES_H
#define _LINUX_KHO_ABI_LUO_PAGES_H

#include <linux/build_bug.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Pages ABI
 *
 * An object can have preserved pages. The object has a &struct luo_pages_ser, which leads
 * to a list of runs of pages. The runs are elements (``linux/kho/abi/luo_elements.h``) of
 * kind ``page_run``, each a &struct luo_pages_run_ser. Each folio of a run is preserved
 * under a key of its order.
 */

/**
 * struct luo_pages_run_ser - Folios of one order that are contiguous in memory.
 * @pfn:      The lowest page frame, a multiple of 2^@order.
 * @nr_pages: Number of pages, a multiple of 2^@order, not 0.
 * @order:    Order of the folios.
 * @reserved: Zero.
 */
struct luo_pages_run_ser {
	u64 pfn;
	u32 nr_pages;
	u16 order;
	u16 reserved;
};

static_assert(sizeof(struct luo_pages_run_ser) == 16);
static_assert(offsetof(struct luo_pages_run_ser, pfn) == 0);
static_assert(offsetof(struct luo_pages_run_ser, nr_pages) == 8);
static_assert(offsetof(struct luo_pages_run_ser, order) == 12);
static_assert(offsetof(struct luo_pages_run_ser, reserved) == 14);

/**
 * struct luo_pages_ser - The pages of an object. All zero if there is none.
 * @nr_pages: Number of pages of all runs.
 * @runs:     The runs, in the order of the pages.
 */
struct luo_pages_ser {
	u64 nr_pages;
	struct luo_elements_ser runs;
};

static_assert(sizeof(struct luo_pages_ser) == 40);
static_assert(offsetof(struct luo_pages_ser, nr_pages) == 0);
static_assert(offsetof(struct luo_pages_ser, runs) == 8);

#endif /* _LINUX_KHO_ABI_LUO_PAGES_H */
