// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Runs of pages
 *
 * Streams and files list their pages as runs. This file computes the KHO keys of a run.
 * It preserves and unpreserves runs in this kernel, and claims and puts them in the
 * next one. After luo_run_claim() the caller holds a reference to each folio. Before
 * that, and if a claim fails, the handover owns the pages. The handover lets a key be
 * claimed only once, so that no page gets two owners.
 *
 * PKRAM, the pages of objects and the file handlers call it, with runs decoded from their
 * wire formats. It calls the handover. It needs no lock, because the handover serialises
 * callers that preserve or claim the same pages.
 */

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/luo_run.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "luo_handover.h"

/* Number of keys between two calls of cond_resched(). */
#define LUO_RUN_BATCH	1024U

static u64 luo_run_address(const struct luo_run *run, u32 offset)
{
	return (run->pfn + offset) << PAGE_SHIFT;
}

static bool luo_run_is_range(const struct luo_run *run)
{
	return run->flags & LUO_RUN_RANGE;
}

/**
 * luo_run_key_order - Compute the order of a key of a run.
 * @run:    A valid run.
 * @offset: Start of the key, in pages from the lowest page.
 *
 * KHO also divides a range at the border of a NUMA node, which this function does not,
 * hence no range may cross one.
 *
 * Context: Any.
 * Return: The order.
 */
unsigned int luo_run_key_order(const struct luo_run *run, u32 offset)
{
	u64 pfn = run->pfn + offset;

	if (!luo_run_is_range(run))
		return run->order;

	return min_t(unsigned int, pfn ? __ffs64(pfn) : BITS_PER_LONG_LONG,
		     ilog2(run->nr_pages - offset));
}

/**
 * luo_run_key_after - Find the first end of a key at or after a position.
 * @run:      A valid run.
 * @offset:   Start of a key, in pages from the lowest page.
 * @nr_pages: The position, in pages from @offset.
 *
 * Context: Any.
 * Return: The end of the key, in pages from the lowest page; the end of the run if the
 * position is behind it.
 */
u32 luo_run_key_after(const struct luo_run *run, u32 offset, u64 nr_pages)
{
	u64 end = offset + nr_pages;

	if (nr_pages >= run->nr_pages - offset)
		return run->nr_pages;

	if (!luo_run_is_range(run))
		return round_up(end, 1U << run->order);

	while (offset < end)
		offset += 1U << luo_run_key_order(run, offset);

	return offset;
}

static void luo_run_unpreserve_folios(const struct luo_run *run, u32 nr_pages)
{
	u32 offset;

	for (offset = 0; offset < nr_pages; offset += 1U << run->order) {
		luo_handover_unpreserve(luo_run_address(run, offset), 1, run->order);
		if (!(offset % LUO_RUN_BATCH))
			cond_resched();
	}
}

/**
 * luo_run_preserve - Preserve the pages of a run.
 * @run:      A valid run of pages that the caller holds references to.
 *
 * Context: Process context, may sleep.
 * Return: 0; or the errno of the handover, with no page of the run preserved: -EEXIST
 * if a page is preserved already, -EADDRNOTAVAIL if one cannot be preserved where it
 * is, -ENOMEM if there is no memory.
 */
int luo_run_preserve(const struct luo_run *run)
{
	u32 offset;
	int err;

	if (luo_run_is_range(run))
		return luo_handover_preserve(luo_run_address(run, 0), run->nr_pages,
					     0);

	for (offset = 0; offset < run->nr_pages; offset += 1U << run->order) {
		err = luo_handover_preserve(luo_run_address(run, offset), 1,
					    run->order);
		if (err) {
			luo_run_unpreserve_folios(run, offset);
			return err;
		}
		if (!(offset % LUO_RUN_BATCH))
			cond_resched();
	}

	return 0;
}

/**
 * luo_run_unpreserve - Undo luo_run_preserve().
 * @run:      The same run.
 *
 * Context: Process context, may sleep.
 */
void luo_run_unpreserve(const struct luo_run *run)
{
	if (luo_run_is_range(run))
		luo_handover_unpreserve(luo_run_address(run, 0), run->nr_pages, 0);
	else
		luo_run_unpreserve_folios(run, run->nr_pages);
}

/**
 * luo_run_poisoned - Find a page of a run that the hardware has reported as damaged.
 * @run:      A valid run of pages that the caller holds references to.
 *
 * Context: Process context, may sleep.
 * Return: The lowest page frame of such a page; 0 if there is none.
 */
u64 luo_run_poisoned(const struct luo_run *run)
{
	unsigned long nr = luo_handover_poisoned(luo_run_address(run, 0),
						 run->nr_pages);

	return nr < run->nr_pages ? run->pfn + nr : 0;
}

/**
 * luo_run_order_at - Find the key of the previous kernel at a page frame.
 * @pfn:      The page frame: any number.
 *
 * Context: Process context, may sleep.
 * Return: The order of the key that begins there; -ENOENT if there is none, or it is
 * claimed already.
 */
int luo_run_order_at(u64 pfn)
{
	if (pfn > PHYS_PFN(PHYS_ADDR_MAX))
		return -ENOENT;

	return luo_handover_order(pfn << PAGE_SHIFT);
}

/**
 * luo_run_present - Check that the previous kernel preserved a run.
 * @run:      A valid run.
 *
 * Context: Process context, may sleep.
 * Return: true if all its keys exist and none is claimed.
 */
bool luo_run_present(const struct luo_run *run)
{
	unsigned int order, nr_keys = 0;
	u32 offset;

	for (offset = 0; offset < run->nr_pages; offset += 1U << order) {
		order = luo_run_key_order(run, offset);
		if (luo_handover_order(luo_run_address(run, offset)) != order)
			return false;
		if (!(++nr_keys % LUO_RUN_BATCH))
			cond_resched();
	}

	return true;
}

/* Claim up to @nr_keys keys of equal order. Return the number of claimed keys. */
static u32 luo_run_claim_keys(struct luo_run_claim *claim,
			      const struct luo_run *run, u32 offset,
			      unsigned int order, u32 nr_keys)
{
	u64 address = luo_run_address(run, offset);

	/* The handover counts folios when it claims them. */
	if (run->order)
		return luo_handover_order(address) == order &&
		       luo_handover_claim(address, order);

	return luo_handover_claim_pages(&claim->restored, address, order, nr_keys);
}

/**
 * luo_run_claim - Claim a part of a run of the previous kernel.
 * @claim:    The claim.
 * @run:      A valid run.
 * @offset:   Start of the part, in pages from the lowest page. A key must begin there.
 * @nr_pages: Number of pages of the part. A key must end there.
 *
 * The caller owns one reference to each claimed folio. If a page is listed twice, the
 * second claim fails.
 *
 * Context: Process context, may sleep.
 * Return: The number of claimed pages, from @offset on: less than @nr_pages if the next
 * key does not exist, has another order, or is claimed already.
 */
u32 luo_run_claim(struct luo_run_claim *claim, const struct luo_run *run,
		  u32 offset, u32 nr_pages)
{
	u32 end = offset + nr_pages, next = offset, nr, wanted;
	unsigned int order, nr_keys = 0;

	while (next < end) {
		order = luo_run_key_order(run, next);
		/* Several keys per call are possible only for single pages. */
		wanted = run->flags & LUO_RUN_RANGE || run->order ? 1 :
			 min(end - next, LUO_RUN_BATCH);
		nr = luo_run_claim_keys(claim, run, next, order, wanted);
		next += nr << order;
		if (nr < wanted)
			break;
		nr_keys += nr;
		if (nr_keys >= LUO_RUN_BATCH) {
			nr_keys = 0;
			cond_resched();
		}
	}

	return next - offset;
}

/**
 * luo_run_claim_singles - Claim runs of one page each.
 * @claim: The claim.
 * @pfns:  Their page frames, any numbers.
 * @nr:    How many there are.
 *
 * Does the same as luo_run_claim() for each of them, in less time.
 *
 * Context: Process context, may sleep.
 * Return: How many were claimed, from the first one on. Less than @nr if the key of
 * the next one is missing, has another order, or was claimed before.
 */
u32 luo_run_claim_singles(struct luo_run_claim *claim, const u64 *pfns, u32 nr)
{
	return luo_handover_claim_singles(&claim->restored, pfns, nr);
}

/**
 * luo_run_claim_whole - Claim a run of the previous kernel, all or nothing.
 * @claim: The claim.
 * @run:   A valid run.
 *
 * Context: Process context, may sleep.
 * Return: true; false if a key does not exist or is claimed already, with no page
 * claimed. If another caller claims some of the pages at the same time, the others are
 * freed.
 */
bool luo_run_claim_whole(struct luo_run_claim *claim,
			 const struct luo_run *run)
{
	unsigned int order = luo_run_key_order(run, 0);
	u32 nr_pages;

	if (run->nr_pages == 1U << order)
		return luo_run_claim_keys(claim, run, 0, order, 1);

	if (!luo_run_present(run))
		return false;

	nr_pages = luo_run_claim(claim, run, 0, run->nr_pages);
	if (nr_pages == run->nr_pages)
		return true;

	luo_run_put(run, 0, nr_pages);

	return false;
}

/**
 * luo_run_claim_end - Count the claimed pages that are not counted yet.
 * @claim: The claim, which can be used again.
 *
 * Context: Process context, may sleep.
 */
void luo_run_claim_end(struct luo_run_claim *claim)
{
	luo_handover_claim_end(&claim->restored);
}

/**
 * luo_run_put - Drop the references to a part of a run that was claimed.
 * @run:      The run.
 * @offset:   Start of the part, in pages from the lowest page.
 * @nr_pages: Number of pages of the part.
 *
 * Context: Process context, may sleep.
 */
void luo_run_put(const struct luo_run *run, u32 offset, u32 nr_pages)
{
	u32 i;

	for (i = 0; i < nr_pages; i += 1U << run->order) {
		luo_handover_put(luo_run_address(run, offset + i));
		if (!(i % LUO_RUN_BATCH))
			cond_resched();
	}
}
