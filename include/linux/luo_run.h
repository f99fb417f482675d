/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_RUN_H
#define _LINUX_LUO_RUN_H

#include <linux/bits.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/types.h>

/**
 * LUO_RUN_DOWN - The folios are in descending order in memory: the first one of the
 * stream has the highest page frames.
 */
#define LUO_RUN_DOWN	BIT(0)

/**
 * LUO_RUN_RANGE - Pages of order 0 under the smallest number of keys that cover the
 * run, as kho_preserve_pages() divides it. Without the flag each folio has a key.
 */
#define LUO_RUN_RANGE	BIT(1)

/**
 * struct luo_run - Folios of one order, contiguous in memory and in a stream.
 * @pfn:      The lowest page frame, a multiple of 2^@order.
 * @nr_pages: Number of pages, a multiple of 2^@order, not 0.
 * @order:    Order of the folios.
 * @flags:    LUO_RUN_*.
 *
 * A run that another kernel wrote may have any values: check it with luo_run_valid().
 * Its pages need not exist before they are preserved or claimed.
 */
struct luo_run {
	u64 pfn;
	u32 nr_pages;
	u16 order;
	u16 flags;
};

/**
 * struct luo_run_claim - Claims of runs.
 *
 * All zero before its first use. Adding claimed pages to the managed pages of this kernel
 * is slow, so it is not done for each run; luo_run_claim_end() adds the last ones.
 */
struct luo_run_claim {
	/* private: */
	struct kho_restored restored;
};

/**
 * luo_run_valid - Check a run that another kernel wrote.
 * @run: The run: any numbers.
 *
 * Does not check that its pages exist and were preserved; luo_run_claim() does.
 *
 * Context: Any.
 * Return: true if order, alignment, length and flags are valid.
 */
static inline bool luo_run_valid(const struct luo_run *run)
{
	if (!run->nr_pages || run->flags & ~(LUO_RUN_DOWN | LUO_RUN_RANGE))
		return false;

	if (run->order &&
	    (run->order > MAX_PAGE_ORDER || run->flags & LUO_RUN_RANGE ||
	     (run->pfn | run->nr_pages) & ((1ULL << run->order) - 1)))
		return false;

	return run->pfn <= PHYS_PFN(PHYS_ADDR_MAX) - run->nr_pages;
}

/**
 * luo_run_mirror - Convert a position in memory to one in the stream, or back.
 * @run:    A valid run.
 * @offset: First of the pages in the one order, from the beginning of the run.
 * @nr:     Number of pages.
 *
 * Context: Any.
 * Return: First of the pages in the other order.
 */
static inline u32 luo_run_mirror(const struct luo_run *run, u32 offset,
				 u32 nr)
{
	return run->flags & LUO_RUN_DOWN ? run->nr_pages - offset - nr : offset;
}

unsigned int luo_run_key_order(const struct luo_run *run, u32 offset);
u32 luo_run_key_after(const struct luo_run *run, u32 offset, u64 nr_pages);

int luo_run_preserve(const struct luo_run *run);
void luo_run_unpreserve(const struct luo_run *run);
u64 luo_run_poisoned(const struct luo_run *run);

/**
 * luo_run_poison_seen - Count the pages that the hardware has reported as damaged.
 *
 * Return: A number that changes when a page of this host is poisoned; 0 if none is.
 */
static inline long luo_run_poison_seen(void)
{
#ifdef CONFIG_MEMORY_FAILURE
	return atomic_long_read(&num_poisoned_pages);
#else
	return 0;
#endif
}

int luo_run_order_at(u64 pfn);
bool luo_run_present(const struct luo_run *run);
u32 luo_run_claim(struct luo_run_claim *claim, const struct luo_run *run,
		  u32 offset, u32 nr_pages);
u32 luo_run_claim_singles(struct luo_run_claim *claim, const u64 *pfns, u32 nr);
bool luo_run_claim_whole(struct luo_run_claim *claim,
			 const struct luo_run *run);
void luo_run_claim_end(struct luo_run_claim *claim);
void luo_run_put(const struct luo_run *run, u32 offset, u32 nr_pages);

#endif /* _LINUX_LUO_RUN_H */
