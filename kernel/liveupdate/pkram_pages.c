// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The page stream of a PKRAM object
 *
 * Pages are listed as runs: pages that are contiguous in the file and in memory, in
 * ascending or descending order, take one entry of 16 bytes. If their order is 0, they
 * also need few KHO keys instead of one per page.
 *
 * The first page of a run is preserved at once. Only that can fail because there is no
 * memory. When the run is complete, its key is replaced by the keys of the whole run.
 * If there is no memory for these, each page gets a key. That cannot fail: a run of
 * order 0 is within a naturally aligned block of %PKRAM_RUN_MAX pages, for which the
 * key of the first page has allocated the nodes of KHO's tree. Committing an object
 * therefore needs no memory. If another owner has preserved a page of the run
 * meanwhile, the run ends before that page and the node cannot be finished.
 *
 * It is called by pkram_out.c, pkram_in.c and, to load a page, by pkram.c, which check
 * the state of the stream. It calls pkram_node.c and luo_run.c.
 *
 * It uses page frame numbers instead of struct page, so that it also builds in user
 * space.
 */

#include <linux/align.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/luo_pool.h>
#include <linux/luo_run.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "luo_handover.h"
#include "pkram_internal.h"

/* A list of the largest size fills four pages; the heads of list and block are 0.3 %. */
#define PKRAM_RUNS_MIN		4U
#define PKRAM_RUNS_MAX		1021U

/* Number of runs of one page to claim at once. */
#define PKRAM_SINGLES		32U

/* A decoded run. */
struct pkram_run {
	u64 first;
	unsigned int order;
	unsigned int count;
	bool down;
};

static struct pkram_run pkram_run_decode(const struct pkram_run_ser *ser)
{
	u64 first = FIELD_GET(PKRAM_RUN_FIRST, ser->where);
	unsigned int order = first ? __ffs64(first) : 0;

	return (struct pkram_run){
		.first = (first - (1ULL << order)) >> 1,
		.order = order,
		.count = FIELD_GET(PKRAM_RUN_COUNT, ser->where) + 1,
		.down = ser->where & PKRAM_RUN_DOWN,
	};
}

static u64 pkram_run_pfn(const struct pkram_run *run, unsigned int i)
{
	u64 distance = (u64)i << run->order;

	return run->down ? run->first - distance : run->first + distance;
}

static u64 pkram_run_address(const struct pkram_run *run, unsigned int i)
{
	return pkram_run_pfn(run, i) << PAGE_SHIFT;
}

/* Convert a run for luo_run.c. */
static struct luo_run pkram_run_pages(const struct pkram_run *run, bool single)
{
	return (struct luo_run){
		.pfn = pkram_run_pfn(run, run->down ? run->count - 1 : 0),
		.nr_pages = run->count << run->order,
		.order = run->order,
		.flags = (run->down ? LUO_RUN_DOWN : 0) |
			 (run->order || single ? 0 : LUO_RUN_RANGE),
	};
}

static u32 pkram_block_crc(const struct pkram_pages_ser *block)
{
	u32 crc = crc32c(~0, block, offsetof(struct pkram_pages_ser, crc));

	return crc32c(crc, block->runs, block->nr_runs * sizeof(*block->runs));
}

/* Reduce the last run of the list to its first @nr pages, and remove it if @nr is 0. */
static void pkram_run_shorten(struct pkram_stream *ps, const struct pkram_run *run,
			      unsigned int nr)
{
	struct pkram_pages_ser *block = ps->pages.block;
	struct pkram_run_ser *ser;
	unsigned int i;

	for (i = nr; i < run->count; i++)
		luo_handover_put(pkram_run_address(run, i));

	ps->node->incomplete = true;
	if (!nr) {
		block->nr_runs--;
		return;
	}
	ser = &block->runs[block->nr_runs - 1];
	ser->where &= ~PKRAM_RUN_COUNT;
	ser->where |= FIELD_PREP(PKRAM_RUN_COUNT, nr - 1);
}

/*
 * Replace the key of the first page of a complete run by the keys of all its pages. The
 * other pages were not preserved yet, so another owner may have preserved one of them.
 */
static void pkram_run_close(struct pkram_stream *ps)
{
	struct pkram_run_ser *ser = ps->pages.open;
	struct luo_run pages;
	struct pkram_run run;
	unsigned int i;

	if (!ser)
		return;

	ps->pages.open = NULL;
	run = pkram_run_decode(ser);
	if (run.order || run.count == 1)
		return;

	pages = pkram_run_pages(&run, false);
	luo_handover_unpreserve(pkram_run_address(&run, 0), 1, 0);
	if (!luo_run_preserve(&pages))
		return;

	ser->where |= PKRAM_RUN_SINGLE;
	for (i = 0; i < run.count; i++) {
		if (luo_handover_preserve(pkram_run_address(&run, i), 1, 0)) {
			pkram_run_shorten(ps, &run, i);
			return;
		}
	}
}

static int pkram_pages_grow(struct pkram_stream *ps)
{
	struct pkram_pages_ser *block, *full = ps->pages.block;
	size_t size, nr_runs = clamp(2 * ps->pages.capacity,
				     PKRAM_RUNS_MIN, PKRAM_RUNS_MAX);

	block = pkram_node_alloc(ps->node, ps->gfp_mask,
				 struct_size(block, runs, nr_runs), &size);
	if (!block)
		return -ENOMEM;

	*block = (struct pkram_pages_ser){};
	if (full) {
		full->next = virt_to_phys(block);
		full->crc = pkram_block_crc(full);
	} else {
		ps->object->pages = virt_to_phys(block);
	}
	ps->pages.block = block;
	ps->pages.capacity = (size - sizeof(*block)) / sizeof(*block->runs);

	return 0;
}

static int pkram_run_open(struct pkram_stream *ps, u64 pfn, unsigned int order,
			  u64 index, u16 flags)
{
	struct pkram_pages_ser *block;
	int err;

	pkram_run_close(ps);
	if (ps->node->incomplete)
		return -EEXIST;

	err = luo_handover_preserve(pfn << PAGE_SHIFT, 1, order);
	if (err)
		return err;

	if (!ps->pages.block ||
	    ps->pages.block->nr_runs == ps->pages.capacity) {
		err = pkram_pages_grow(ps);
		if (err)
			goto err_unpreserve;
	}

	block = ps->pages.block;
	ps->pages.open = &block->runs[block->nr_runs++];
	*ps->pages.open = (struct pkram_run_ser){
		.where = FIELD_PREP(PKRAM_RUN_FIRST, 2 * pfn + (1ULL << order)) |
			 FIELD_PREP(PKRAM_RUN_FLAGS, flags),
		.index = index,
	};
	/* The next page determines the direction of the run. */
	ps->pages.nr_expected = 0;

	return 0;

err_unpreserve:
	luo_handover_unpreserve(pfn << PAGE_SHIFT, 1, order);

	return err;
}

/* Check whether a page continues a run. The second page sets the direction. */
static bool pkram_run_continues(const struct pkram_run_ser *ser,
				struct pkram_run *run, u64 pfn,
				unsigned int order, u64 index, u16 flags)
{
	if (order != run->order || run->count == PKRAM_RUN_MAX ||
	    flags != FIELD_GET(PKRAM_RUN_FLAGS, ser->where) ||
	    index != ser->index + ((u64)run->count << order))
		return false;

	if (!order && (pfn ^ run->first) >= PKRAM_RUN_MAX)
		return false;

	if (run->count == 1)
		run->down = pfn < run->first;

	return pfn == pkram_run_pfn(run, run->count);
}

/* Set the expected next page of order 0, and how many follow up to the block's end. */
static void pkram_run_expect(struct pkram_stream *ps, u64 pfn, u64 index,
			     bool down)
{
	u64 in_block = pfn % PKRAM_RUN_MAX;

	ps->pages.down = down;
	ps->pages.nr_expected = down ? in_block : PKRAM_RUN_MAX - 1 - in_block;
	ps->pages.next_pfn = down ? pfn - 1 : pfn + 1;
	ps->pages.next_index = index + 1;
}

/**
 * pkram_pages_extend - Append a page of order 0 that continues a run of several.
 * @ps:    A stream that saves an object.
 * @pfn:   Page frame of the page.
 * @index: Its mapping offset.
 * @flags: The caller's flags.
 *
 * The fast path for most pages.
 *
 * Return: true; false if the caller must call pkram_pages_save().
 */
bool pkram_pages_extend(struct pkram_stream *ps, u64 pfn, u64 index, u16 flags)
{
	struct pkram_run_ser *run = ps->pages.open;

	if (!run || !ps->pages.nr_expected || pfn != ps->pages.next_pfn ||
	    index != ps->pages.next_index ||
	    flags != FIELD_GET(PKRAM_RUN_FLAGS, run->where))
		return false;

	run->where += FIELD_PREP(PKRAM_RUN_COUNT, 1);
	ps->pages.nr_expected--;
	ps->pages.next_pfn += ps->pages.down ? -1 : 1;
	ps->pages.next_index++;

	return true;
}

/**
 * pkram_pages_save - Append a page and preserve it.
 * @ps:    A stream that saves an object.
 * @pfn:   Page frame of the page.
 * @order: Its order.
 * @index: Its mapping offset.
 * @flags: The caller's flags.
 *
 * On failure the stream is unchanged.
 *
 * Return: 0; -EEXIST if the page is preserved already, or if the node is incomplete;
 * -ENOMEM if there is no memory; or another errno of the handover.
 */
int pkram_pages_save(struct pkram_stream *ps, u64 pfn, unsigned int order,
		     u64 index, u16 flags)
{
	struct pkram_run_ser *ser = ps->pages.open;
	struct pkram_run run;
	int err;

	if (!ser)
		return pkram_run_open(ps, pfn, order, index, flags);

	run = pkram_run_decode(ser);
	if (!pkram_run_continues(ser, &run, pfn, order, index, flags))
		return pkram_run_open(ps, pfn, order, index, flags);

	if (order) {
		err = luo_handover_preserve(pfn << PAGE_SHIFT, 1, order);
		if (err)
			return err;
	} else {
		pkram_run_expect(ps, pfn, index, run.down);
	}
	ser->where += FIELD_PREP(PKRAM_RUN_COUNT, 1);
	if (run.down)
		ser->where |= PKRAM_RUN_DOWN;

	return 0;
}

/**
 * pkram_pages_commit - Close the open run, and write the CRC of the last list.
 * @ps: A stream that saves an object.
 *
 * Cannot fail.
 */
void pkram_pages_commit(struct pkram_stream *ps)
{
	pkram_run_close(ps);
	if (ps->pages.block)
		ps->pages.block->crc = pkram_block_crc(ps->pages.block);
}

/**
 * pkram_pages_unpreserve - Unpreserve the pages of an object that this kernel saved.
 * @node:   The node.
 * @object: The object, after pkram_pages_commit().
 */
void pkram_pages_unpreserve(struct pkram_node *node,
			    const struct pkram_object_ser *object)
{
	struct pkram_pages_ser *block;
	struct pkram_run run;
	struct luo_run pages;
	u32 i;

	for (block = pkram_node_next(object->pages); block;
	     block = pkram_node_next(block->next)) {
		for (i = 0; i < block->nr_runs; i++) {
			run = pkram_run_decode(&block->runs[i]);
			pages = pkram_run_pages(&run, block->runs[i].where &
						      PKRAM_RUN_SINGLE);
			luo_run_unpreserve(&pages);
		}
	}
}

/**
 * pkram_pages_poisoned - Find a page that was poisoned after it was saved.
 * @object: An object that this kernel saved, after pkram_pages_commit().
 *
 * Return: The page frame of such a page; 0 if there is none.
 */
u64 pkram_pages_poisoned(const struct pkram_object_ser *object)
{
	struct pkram_pages_ser *block;
	struct pkram_run run;
	struct luo_run pages;
	u64 pfn;
	u32 i;

	for (block = pkram_node_next(object->pages); block;
	     block = pkram_node_next(block->next)) {
		for (i = 0; i < block->nr_runs; i++) {
			run = pkram_run_decode(&block->runs[i]);
			pages = pkram_run_pages(&run, false);
			pfn = luo_run_poisoned(&pages);
			if (pfn)
				return pfn;
		}
	}

	return 0;
}

/* Check and return the list at an address, or return NULL. */
static struct pkram_pages_ser *pkram_pages_block(struct pkram_node *node,
						 u64 address)
{
	struct pkram_pages_ser *block;

	block = luo_pool_memory(node->pool, address, sizeof(*block));
	if (!block || !pkram_kind_pages_valid(block) ||
	    !pkram_node_found(node, address,
			 struct_size(block, runs, block->nr_runs)) ||
	    block->crc != pkram_block_crc(block))
		return NULL;

	return block;
}

/* Get the page frames of the first runs, up to one with more than one page. */
static u32 pkram_pages_gather(const struct pkram_run_ser *runs, u32 nr, u64 *pfns)
{
	struct pkram_run run;
	u32 i;

	nr = min(nr, PKRAM_SINGLES);
	for (i = 0; i < nr; i++) {
		run = pkram_run_decode(&runs[i]);
		if (run.count > 1 || run.order)
			break;
		pfns[i] = run.first;
	}

	return i;
}

/*
 * Claim the runs of a block. Add to @nr_pages the pages of those that were claimed:
 * all, or those before the first one that is invalid or lacks a key.
 */
static bool pkram_pages_claim_block(struct luo_run_claim *claim,
				    const struct pkram_pages_ser *block,
				    u64 *nr_pages)
{
	u64 pfns[PKRAM_SINGLES];
	struct pkram_run run;
	struct luo_run pages;
	u32 i, nr, claimed;

	for (i = 0; i < block->nr_runs; i += nr) {
		nr = pkram_pages_gather(&block->runs[i], block->nr_runs - i,
					pfns);
		if (nr) {
			claimed = luo_run_claim_singles(claim, pfns, nr);
			*nr_pages += claimed;
			if (claimed < nr)
				return false;
			continue;
		}

		nr = 1;
		run = pkram_run_decode(&block->runs[i]);
		pages = pkram_run_pages(&run, block->runs[i].where &
					      PKRAM_RUN_SINGLE);
		if (!luo_run_valid(&pages) ||
		    !luo_run_claim_whole(claim, &pages))
			return false;
		*nr_pages += run.count;
	}

	return true;
}

/**
 * pkram_pages_claim - Claim the pages of an object of the previous kernel.
 * @node:     The node, whose pool is restored.
 * @object:   The object, which was checked.
 * @nr_pages: Set to the number of claimed pages: all pages, or those that are listed
 *            before the first corruption.
 *
 * Does not write to the lists, because a corrupt list may overlap a valid one.
 *
 * Return: true if all pages were claimed.
 */
bool pkram_pages_claim(struct pkram_node *node,
		       const struct pkram_object_ser *object, u64 *nr_pages)
{
	struct luo_run_claim claim = {};
	const struct pkram_pages_ser *block;
	bool whole = true;
	u64 address;

	*nr_pages = 0;
	for (address = object->pages; whole && address; address = block->next) {
		block = pkram_pages_block(node, address);
		if (!block) {
			whole = false;
			break;
		}
		whole = pkram_pages_claim_block(&claim, block, nr_pages);
	}
	luo_run_claim_end(&claim);

	return whole;
}

/**
 * pkram_pages_load - Load the next page.
 * @ps:    A stream that loads an object.
 * @pfn:   Set to its page frame.
 * @index: Set to its mapping offset.
 * @flags: Set to its flags.
 *
 * Return: true; false if there is no further page.
 */
bool pkram_pages_load(struct pkram_stream *ps, u64 *pfn, u64 *index, u16 *flags)
{
	struct pkram_pages_ser *block = ps->pages.block;
	const struct pkram_run_ser *ser;
	struct pkram_run run;

	if (block && ps->pages.run == block->nr_runs) {
		block = pkram_node_next(block->next);
		ps->pages.block = block;
		ps->pages.run = 0;
	}
	if (!block)
		return false;

	ser = &block->runs[ps->pages.run];
	run = pkram_run_decode(ser);
	*pfn = pkram_run_pfn(&run, ps->pages.page);
	*index = ser->index + ((u64)ps->pages.page << run.order);
	*flags = FIELD_GET(PKRAM_RUN_FLAGS, ser->where);

	if (++ps->pages.page == run.count) {
		ps->pages.page = 0;
		ps->pages.run++;
	}

	return true;
}

/**
 * pkram_pages_put - Drop the references to pages that were not loaded.
 * @ps:       A stream that loads an object.
 * @nr_pages: The largest number of pages to drop.
 */
void pkram_pages_put(struct pkram_stream *ps, u64 nr_pages)
{
	u64 pfn, index;
	u16 flags;

	while (nr_pages-- && pkram_pages_load(ps, &pfn, &index, &flags))
		luo_handover_put(pfn << PAGE_SHIFT);
}

/**
 * pkram_pages_put_rest - Drop the references to all pages that were not loaded.
 * @ps: A stream that loads an object.
 */
void pkram_pages_put_rest(struct pkram_stream *ps)
{
	pkram_pages_put(ps, U64_MAX);
}
