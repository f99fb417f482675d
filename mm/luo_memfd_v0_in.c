// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Reading version 0 of a memfd
 *
 * Version 0 is the format of the stock handler, see luo_memfd_v0_out.c: a head, a chain
 * of chunks and the pages of a list of folios, each under a folio key. Called by
 * luo_memfd_in.c. Calls luo_run to claim keys.
 *
 * Version 0 has no CRC, and another owner may write to its memory until it is claimed.
 * Therefore each number is read once, and the copy is checked. The whole list is read
 * before a page is claimed: a corrupt list may refer to memory of other objects, so no
 * page that it names is claimed or written. The list is read again while its memory is
 * claimed and freed. Each key can be claimed only once, so a list that has changed
 * meanwhile cannot free a page twice.
 *
 * Each entry is converted to an extent, so that the rest of the handler reads one format
 * only.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/align.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/io.h>
#include <linux/kho/abi/memfd.h>
#include <linux/luo_run.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "luo_memfd.h"

#define LUO_MEMFD_V0_FOLIOS_PER_PAGE					\
	(PAGE_SIZE / sizeof(struct memfd_luo_folio_ser))

struct luo_memfd_v0_in;

typedef int (*luo_memfd_v0_in_fn)(struct luo_memfd_v0_in *v0,
				  const struct luo_memfd_extent_ser *extent);

/**
 * struct luo_memfd_v0_in - A walk over the list of folios.
 * @claim:    Claims the memory of the list, which is put after it was read. NULL to
 *            read the list without a claim.
 * @extent:   Called for each folio. May be NULL.
 * @list:     The list to which @extent adds the folio.
 * @order:    The pages of the list are in runs of 2^@order pages.
 * @nr_pages: Number of pages of the list that were not read yet.
 * @nr_left:  Number of folios that were not read yet.
 */
struct luo_memfd_v0_in {
	struct luo_run_claim *claim;
	luo_memfd_v0_in_fn extent;
	struct luo_memfd_extents *list;
	unsigned int order;
	u64 nr_pages;
	u64 nr_left;
};

static struct luo_run luo_memfd_v0_in_run(u64 address, unsigned int order)
{
	return (struct luo_run){
		.pfn = PHYS_PFN(address),
		.nr_pages = 1U << order,
		.flags = LUO_RUN_RANGE,
	};
}

/* Return NULL if the 2^@order pages at @address are not preserved, or claimed already. */
static void *luo_memfd_v0_in_open(struct luo_memfd_v0_in *v0, u64 address,
				  unsigned int order)
{
	struct luo_run run = luo_memfd_v0_in_run(address, order);
	u32 nr;

	if (!PAGE_ALIGNED(address) || !luo_run_valid(&run))
		return NULL;

	if (!v0->claim)
		return luo_run_present(&run) ? phys_to_virt(address) : NULL;

	nr = luo_run_claim(v0->claim, &run, 0, run.nr_pages);
	if (nr < run.nr_pages) {
		luo_run_put(&run, 0, nr);
		return NULL;
	}

	return phys_to_virt(address);
}

static void luo_memfd_v0_in_close(struct luo_memfd_v0_in *v0, u64 address,
				  unsigned int order)
{
	struct luo_run run = luo_memfd_v0_in_run(address, order);

	if (v0->claim)
		luo_run_put(&run, 0, run.nr_pages);
}

/* Without the barrier, the compiler could read @from again instead of the copy. */
static void luo_memfd_v0_in_copy(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	barrier();
}

/* Return false if no folio is preserved there, or if it cannot have that index. */
static bool luo_memfd_v0_in_extent(const struct memfd_luo_folio_ser *folio,
				   struct luo_memfd_extent_ser *extent)
{
	int order = luo_run_order_at(folio->pfn);

	if (order < 0 || order > MAX_PAGE_ORDER ||
	    !IS_ALIGNED(folio->index, 1UL << order))
		return false;

	*extent = (struct luo_memfd_extent_ser){
		.index = folio->index,
		.pfn = folio->pfn,
		.nr_pages = 1U << order,
		.order = order,
		.flags = folio->flags & MEMFD_LUO_FOLIO_UPTODATE ?
			 0 : LUO_MEMFD_UNWRITTEN,
	};

	return true;
}

static int luo_memfd_v0_in_read_folios(struct luo_memfd_v0_in *v0, u64 address)
{
	const struct memfd_luo_folio_ser *folios;
	struct luo_memfd_extent_ser extent;
	struct memfd_luo_folio_ser folio;
	u64 i, nr;
	int err = 0;

	folios = luo_memfd_v0_in_open(v0, address, v0->order);
	if (!folios)
		return -EBADMSG;

	nr = min(v0->nr_left, (u64)LUO_MEMFD_V0_FOLIOS_PER_PAGE << v0->order);
	for (i = 0; v0->extent && i < nr && !err; i++) {
		luo_memfd_v0_in_copy(&folio, &folios[i], sizeof(folio));
		if (!folio.pfn && folio.flags == LUO_MEMFD_V0_REMOVED)
			continue;
		if (luo_memfd_v0_in_extent(&folio, &extent))
			err = v0->extent(v0, &extent);
		else if (!v0->claim)
			err = -EBADMSG;
	}
	luo_memfd_v0_in_close(v0, address, v0->order);
	v0->nr_left -= nr;
	v0->nr_pages -= 1UL << v0->order;
	cond_resched();

	return err;
}

/*
 * Set @address to the next chunk. KHO adds a chunk when the last one is full, so the
 * last chunk may be empty.
 */
static int luo_memfd_v0_in_read_chunk(struct luo_memfd_v0_in *v0, u64 *address)
{
	const struct kho_vmalloc_chunk *chunk;
	unsigned int slot;
	int err = 0;
	u64 next;

	chunk = luo_memfd_v0_in_open(v0, *address, 0);
	if (!chunk)
		return -EBADMSG;

	for (slot = 0; slot < ARRAY_SIZE(chunk->phys) && v0->nr_pages && !err;
	     slot++)
		err = luo_memfd_v0_in_read_folios(v0,
						  READ_ONCE(chunk->phys[slot]));
	next = READ_ONCE(chunk->hdr.next.phys);
	luo_memfd_v0_in_close(v0, *address, 0);
	if (!err && next && slot < ARRAY_SIZE(chunk->phys))
		err = -EBADMSG;
	*address = next;

	return err;
}

static int luo_memfd_v0_in_read(struct luo_memfd_v0_in *v0,
				const struct memfd_luo_ser *head)
{
	u64 nr_pages = DIV_ROUND_UP_ULL(head->nr_folios,
					LUO_MEMFD_V0_FOLIOS_PER_PAGE);
	u64 chunk = head->folios.first.phys;
	int err;

	/* Each folio is listed only once. */
	if (head->folios.order > MAX_PAGE_ORDER || head->nr_folios > max_pfn ||
	    head->nr_folios > DIV_ROUND_UP_ULL(head->size, PAGE_SIZE))
		return -EBADMSG;

	if (!head->nr_folios)
		return chunk ? -EBADMSG : 0;

	v0->order = head->folios.order;
	v0->nr_pages = head->folios.total_pages;
	v0->nr_left = head->nr_folios;
	if (v0->nr_pages != ALIGN(nr_pages, 1UL << v0->order))
		return -EBADMSG;

	do {
		err = luo_memfd_v0_in_read_chunk(v0, &chunk);
	} while (!err && (v0->nr_pages || chunk));

	return err;
}

/* Claim the head and the list, call @extent for each folio, and free them. */
static void luo_memfd_v0_in_free(u64 address, luo_memfd_v0_in_fn extent)
{
	struct luo_run_claim claim = {};
	struct luo_memfd_v0_in v0 = { .claim = &claim, .extent = extent };
	const struct memfd_luo_ser *head;

	head = luo_memfd_v0_in_open(&v0, address, 0);
	if (head) {
		if (luo_memfd_v0_in_read(&v0, head))
			pr_err("version 0 has changed while it was read, some of its memory is lost until the next kexec\n");
		luo_memfd_v0_in_close(&v0, address, 0);
	}
	luo_run_claim_end(&claim);
}

/* Return false if no head is preserved at @address. */
static bool luo_memfd_v0_in_read_head(u64 address, struct memfd_luo_ser *head)
{
	struct luo_memfd_v0_in v0 = {};
	const void *mem = luo_memfd_v0_in_open(&v0, address, 0);

	if (mem)
		luo_memfd_v0_in_copy(head, mem, sizeof(*head));

	return mem;
}

static int luo_memfd_v0_in_add(struct luo_memfd_v0_in *v0,
			       const struct luo_memfd_extent_ser *extent)
{
	int err = luo_memfd_extents_reserve(v0->list, 1);

	if (!err)
		luo_memfd_extents_add(v0->list, 0, extent);

	return err;
}

static int luo_memfd_v0_in_read_list(const struct memfd_luo_ser *head,
				     struct luo_memfd_extents *list)
{
	struct luo_memfd_v0_in v0 = {
		.extent = luo_memfd_v0_in_add,
		.list = list,
	};
	int err;

	err = luo_memfd_v0_in_read(&v0, head);
	if (!err && !luo_memfd_extents_valid(list->extents, list->nr,
					     list->nr_pages, head->size,
					     LUO_MEMFD_DESCENDING |
					     LUO_MEMFD_UNWRITTEN))
		err = -EBADMSG;
	if (err == -EBADMSG)
		pr_err("version 0 is damaged: read %llu pages in %llu extents, expected %llu folios\n",
		       list->nr_pages, list->nr, head->nr_folios);
	if (err)
		luo_memfd_extents_free(list);

	return err;
}

/**
 * luo_memfd_v0_in_load - Read version 0 of a file and free its list.
 * @address: The data word of the file: any number.
 * @v1:      Set to the file, converted to version 1 without an array.
 * @list:    Must be empty. Set to the extents of the file, which are valid and not
 *           claimed yet.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if version 0 is corrupt; -ENOMEM if there is no memory. On failure
 * no memory is claimed, and @v1 and @list are those of a file without pages.
 */
int luo_memfd_v0_in_load(u64 address, struct luo_memfd_ser_v1 *v1,
			 struct luo_memfd_extents *list)
{
	struct memfd_luo_ser head;
	int err;

	*v1 = (struct luo_memfd_ser_v1){};
	if (!luo_memfd_v0_in_read_head(address, &head)) {
		pr_err("version 0 is damaged: nothing is preserved at its address\n");
		return -EBADMSG;
	}

	err = luo_memfd_v0_in_read_list(&head, list);
	if (err)
		return err;

	v1->pos = head.pos;
	v1->size = head.size;
	v1->seals = head.seals;
	/* An executable file with F_SEAL_EXEC would have the other seals as well. */
	if (head.seals & F_SEAL_EXEC && !(head.seals & F_SEAL_WRITE))
		v1->flags = LUO_MEMFD_NOEXEC;
	v1->nr_extents = list->nr;
	v1->nr_pages = list->nr_pages;
	luo_memfd_v0_in_free(address, NULL);

	return 0;
}

static int luo_memfd_v0_in_check(struct luo_memfd_v0_in *v0,
				 const struct luo_memfd_extent_ser *extent)
{
	return 0;
}

static int luo_memfd_v0_in_put(struct luo_memfd_v0_in *v0,
			       const struct luo_memfd_extent_ser *extent)
{
	struct luo_run run = luo_memfd_extent_run(extent, 0);
	u32 nr = luo_run_claim(v0->claim, &run, 0, run.nr_pages);

	luo_run_put(&run, 0, nr);

	return 0;
}

/**
 * luo_memfd_v0_in_discard - Free the pages of version 0 of a file and its list.
 * @address: The data word of the file: any number.
 *
 * Allocates no memory, because finish calls it and cannot fail. Does nothing if
 * luo_memfd_v0_in_load() has succeeded.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_v0_in_discard(u64 address)
{
	struct luo_memfd_v0_in v0 = { .extent = luo_memfd_v0_in_check };
	struct memfd_luo_ser head;

	if (!luo_memfd_v0_in_read_head(address, &head))
		return;

	if (luo_memfd_v0_in_read(&v0, &head))
		pr_err("version 0 is damaged, the memory of a file is lost until the next kexec\n");
	else
		luo_memfd_v0_in_free(address, luo_memfd_v0_in_put);
}

/**
 * luo_memfd_v0_in_drop - Free the list of version 0 of a file, but not its pages.
 * @address: The data word of the file: any number.
 *
 * Allocates no memory. Does nothing if luo_memfd_v0_in_load() has succeeded.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_v0_in_drop(u64 address)
{
	struct luo_memfd_v0_in v0 = {};
	struct memfd_luo_ser head;

	if (!luo_memfd_v0_in_read_head(address, &head))
		return;

	if (luo_memfd_v0_in_read(&v0, &head))
		pr_err("version 0 is damaged, the memory of its list is lost until the next kexec\n");
	else
		luo_memfd_v0_in_free(address, NULL);
}
