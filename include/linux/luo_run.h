/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_RUN_H
#define _LINUX_LUO_RUN_H

#include <linux/bits.h>
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
 * Zero but for @handover to begin with. Claimed pages are counted per zone, and
 * luo_run_claim_end() counts the last ones.
 */
struct luo_run_claim {
	const struct luo_handover *handover;
	/* private: */
	u64 address;
	unsigned long zone;
	unsigned long nr_pages;
};

bool luo_run_valid(const struct luo_run *run);
unsigned int luo_run_key_order(const struct luo_run *run, u32 offset);
u32 luo_run_key_after(const struct luo_run *run, u32 offset, u64 nr_pages);
u32 luo_run_mirror(const struct luo_run *run, u32 offset, u32 nr);

int luo_run_preserve(const struct luo_handover *handover,
		     const struct luo_run *run);
void luo_run_unpreserve(const struct luo_handover *handover,
			const struct luo_run *run);

int luo_run_order_at(const struct luo_handover *handover, u64 pfn);
bool luo_run_present(const struct luo_handover *handover,
		     const struct luo_run *run);
u32 luo_run_claim(struct luo_run_claim *claim, const struct luo_run *run,
		  u32 offset, u32 nr_pages);
bool luo_run_claim_whole(struct luo_run_claim *claim,
			 const struct luo_run *run);
void luo_run_claim_end(struct luo_run_claim *claim);
void luo_run_put(const struct luo_handover *handover,
		 const struct luo_run *run, u32 offset, u32 nr_pages);

#endif /* _LINUX_LUO_RUN_H */
