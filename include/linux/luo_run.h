/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_RUN_H
#define _LINUX_LUO_RUN_H

#include <linux/bits.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/types.h>

struct luo_handover;

extern const struct luo_handover luo_handover_kho;

/**
 * LUO_RUN_DOWN - The folios follow each other downwards in memory: the first one
 * of the stream is the highest.
 */
#define LUO_RUN_DOWN	BIT(0)

/**
 * LUO_RUN_RANGE - Pages of order 0 under as few keys as cover the run, cut as
 * kho_preserve_pages() does. Without it each folio has a key of its own.
 */
#define LUO_RUN_RANGE	BIT(1)

/**
 * struct luo_run - Folios of one order, one after the other in memory and in a
 * stream.
 * @pfn:      The lowest page frame, a multiple of 2^@order.
 * @nr_pages: How many pages there are, a multiple of 2^@order, not 0.
 * @order:    Order of the folios.
 * @flags:    LUO_RUN_*.
 *
 * A run holds numbers. It may be wrong in any way until luo_run_valid(), and
 * no page of it needs to exist until it is preserved or claimed.
 */
struct luo_run {
	u64 pfn;
	u32 nr_pages;
	u16 order;
	u16 flags;
};

/**
 * struct luo_run_claim - Claims of runs.
 * @handover: The handover that has the pages.
 *
 * Initialize @handover, and the rest to zero. Counting claimed pages as memory of
 * this kernel takes too long for each run; luo_run_claim_end() counts the last ones.
 */
struct luo_run_claim {
	const struct luo_handover *handover;
	/* private: */
	struct kho_restored restored;
};

/**
 * luo_run_valid - Check a run that another kernel wrote.
 * @run: The run; any numbers.
 *
 * That its pages exist, and were preserved, is for luo_run_claim() to find out.
 *
 * Context: Any.
 * Return: true if order, alignment, length and flags are those of a run.
 */
static inline bool luo_run_valid(const struct luo_run *run)
{
	u64 mask;

	if (run->order > MAX_PAGE_ORDER || !run->nr_pages ||
	    run->flags & ~(LUO_RUN_DOWN | LUO_RUN_RANGE) ||
	    (run->order && (run->flags & LUO_RUN_RANGE)))
		return false;

	mask = (1ULL << run->order) - 1;

	return !((run->pfn | run->nr_pages) & mask) &&
	       run->pfn <= PHYS_PFN(PHYS_ADDR_MAX) - run->nr_pages;
}

/**
 * luo_run_mirror - Convert a position in memory to one in the stream, or back.
 * @run:    A valid run.
 * @offset: The lowest page in the one, from the beginning of the run.
 * @nr:     How many pages are there side by side.
 *
 * Context: Any.
 * Return: The lowest page in the other.
 */
static inline u32 luo_run_mirror(const struct luo_run *run, u32 offset,
				 u32 nr)
{
	return run->flags & LUO_RUN_DOWN ? run->nr_pages - offset - nr : offset;
}

unsigned int luo_run_key_order(const struct luo_run *run, u32 offset);
u32 luo_run_key_after(const struct luo_run *run, u32 offset, u64 nr_pages);

int luo_run_preserve(const struct luo_handover *handover,
		     const struct luo_run *run);
void luo_run_unpreserve(const struct luo_handover *handover,
			const struct luo_run *run);

int luo_run_order_at(const struct luo_handover *handover, u64 pfn);
bool luo_run_present(const struct luo_handover *handover,
		     const struct luo_run *run);
u32 luo_run_claim(struct luo_run_claim *claim, const struct luo_run *run,
		  u32 offset, u32 nr_pages);
u32 luo_run_claim_singles(struct luo_run_claim *claim, const u64 *pfns, u32 nr);
bool luo_run_claim_whole(struct luo_run_claim *claim,
			 const struct luo_run *run);
void luo_run_claim_end(struct luo_run_claim *claim);
void luo_run_put(const struct luo_handover *handover,
		 const struct luo_run *run, u32 offset, u32 nr_pages);

#endif /* _LINUX_LUO_RUN_H */
