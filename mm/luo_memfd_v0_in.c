// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Reading version 0 of a memfd
 *
 * The format of the stock handler, which luo_memfd_v0_out.c describes. Each entry
 * is checked here and turned into an extent, so that the rest of the handler has
 * one format to read.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "luo_memfd.h"

#define LUO_MEMFD_V0_FOLIOS_PER_PAGE					\
	(PAGE_SIZE / sizeof(struct memfd_luo_folio_ser))

/* Restore memory of order 0 pages and free it. */
static void luo_memfd_v0_free_pages(u64 address, unsigned int order)
{
	struct page *page = kho_restore_pages(address, 1UL << order);
	unsigned int i;

	for (i = 0; page && i < 1U << order; i++)
		__free_page(page + i);
}

static struct memfd_luo_ser *luo_memfd_v0_ser(u64 address)
{
	if (kho_preserved_order(address) != 0 ||
	    offset_in_page(address) + sizeof(struct memfd_luo_ser) > PAGE_SIZE)
		return NULL;

	return phys_to_virt(address);
}

/**
 * struct luo_memfd_v0_walk - A walk over the pages of the folio list.
 * @chunk:   Physical address of the chunk that is read.
 * @slot:    The next page in it.
 * @nr_left: Pages that the list still has to have.
 * @order:   The pages come in runs of 2^@order.
 * @damaged: The walk ended early.
 */
struct luo_memfd_v0_walk {
	u64 chunk;
	unsigned int slot;
	u64 nr_left;
	unsigned int order;
	bool damaged;
};

static void luo_memfd_v0_walk_init(struct luo_memfd_v0_walk *walk,
				   const struct memfd_luo_ser *ser)
{
	*walk = (struct luo_memfd_v0_walk){
		.chunk = ser->nr_folios ? ser->folios.first.phys : 0,
		.nr_left = ser->nr_folios ? ser->folios.total_pages : 0,
		.order = ser->folios.order,
	};
	/* No two folios are the same, so there are fewer than page frames. */
	walk->damaged = (!ser->nr_folios && ser->folios.first.phys) ||
			walk->order > MAX_PAGE_ORDER ||
			ser->nr_folios > max_pfn ||
			walk->nr_left != ALIGN(DIV_ROUND_UP_ULL(ser->nr_folios,
					LUO_MEMFD_V0_FOLIOS_PER_PAGE),
					1UL << walk->order);
}

/* The next run of pages, 0 at the end. Each chunk has one at least. */
static u64 luo_memfd_v0_walk_next(struct luo_memfd_v0_walk *walk)
{
	const struct kho_vmalloc_chunk *chunk = phys_to_virt(walk->chunk);
	u64 address;

	if (walk->damaged || !walk->nr_left)
		return 0;

	if (walk->slot == ARRAY_SIZE(chunk->phys)) {
		/* A chunk that lists itself is free by now. */
		if (kho_preserved_order(walk->chunk) != 0)
			goto damaged;
		walk->chunk = chunk->hdr.next.phys;
		walk->slot = 0;
	}
	if (!PAGE_ALIGNED(walk->chunk) || kho_preserved_order(walk->chunk) != 0)
		goto damaged;

	chunk = phys_to_virt(walk->chunk);
	address = chunk->phys[walk->slot++];
	if (!PAGE_ALIGNED(address) ||
	    kho_preserved_order(address) != walk->order ||
	    walk->nr_left < 1UL << walk->order)
		goto damaged;
	walk->nr_left -= 1UL << walk->order;

	return address;

damaged:
	walk->damaged = true;

	return 0;
}

/* A chunk is freed after its last slot was read; the last may be empty. */
static void luo_memfd_v0_free_chunks(u64 chunk)
{
	u64 next;

	while (PAGE_ALIGNED(chunk) && kho_preserved_order(chunk) == 0) {
		next = ((struct kho_vmalloc_chunk *)phys_to_virt(chunk))->hdr.next.phys;
		luo_memfd_v0_free_pages(chunk, 0);
		chunk = next;
	}
}

/* Free what version 0 itself takes: the list of folios and the head. */
static void luo_memfd_v0_free(u64 address, const struct memfd_luo_ser *ser)
{
	struct luo_memfd_v0_walk walk;
	u64 pages, chunk;

	luo_memfd_v0_walk_init(&walk, ser);
	while ((chunk = walk.chunk, pages = luo_memfd_v0_walk_next(&walk))) {
		luo_memfd_v0_free_pages(pages, walk.order);
		if (chunk != walk.chunk)
			luo_memfd_v0_free_pages(chunk, 0);
	}
	if (!walk.damaged)
		luo_memfd_v0_free_chunks(walk.chunk);

	/* A list that has the head in it has taken it along. */
	if (luo_memfd_v0_ser(address))
		kho_restore_free(phys_to_virt(ALIGN_DOWN(address, PAGE_SIZE)));
}

/* Returns -EBADMSG for an entry that is not a folio, -ENOMEM after freeing it. */
static int luo_memfd_v0_add(const struct memfd_luo_folio_ser *folio,
			    struct luo_memfd_extents *list)
{
	phys_addr_t phys = PFN_PHYS(folio->pfn);
	int order = kho_preserved_order(phys);
	struct folio *restored;
	int err;

	if (order < 0 || order > MAX_PAGE_ORDER ||
	    !IS_ALIGNED(folio->index, 1UL << order))
		return -EBADMSG;

	/* Fallocated and never written: its content was not made yet. */
	if (!(folio->flags & MEMFD_LUO_FOLIO_UPTODATE))
		memset(phys_to_virt(phys), 0, PAGE_SIZE << order);

	err = luo_memfd_extents_reserve(list, 1);
	if (err) {
		restored = kho_restore_folio(phys);
		if (restored)
			folio_put(restored);
		return err;
	}
	luo_memfd_extents_add(list, 0, &(struct luo_memfd_extent_ser){
					.index = folio->index,
					.pfn = folio->pfn,
					.nr_pages = 1U << order,
					.order = order,
			      });

	return 0;
}

static int luo_memfd_v0_read(const struct memfd_luo_ser *ser,
			     struct luo_memfd_extents *list)
{
	struct luo_memfd_v0_walk walk;
	u64 pages, nr_left = ser->nr_folios;
	int err, result = 0;

	luo_memfd_v0_walk_init(&walk, ser);
	while ((pages = luo_memfd_v0_walk_next(&walk))) {
		const struct memfd_luo_folio_ser *folio = phys_to_virt(pages);
		u64 nr = min(nr_left,
			     LUO_MEMFD_V0_FOLIOS_PER_PAGE << walk.order);

		for (nr_left -= nr; nr; nr--, folio++) {
			/* The rest has to be known to be freed. */
			err = luo_memfd_v0_add(folio, list);
			result = result ?: err;
		}
		cond_resched();
	}

	return walk.damaged ? -EBADMSG : result;
}

/**
 * luo_memfd_v0_in_load - Read version 0 of a file and free what it took.
 * @address: What LUO handed over: any number.
 * @v1:      Set to the file as version 1 describes it, without an array.
 * @list:    Empty; what is in the file is added. Without memory for all of it, what
 *           there was memory for, for the caller to free.
 *
 * Without a CRC nobody can tell which part of a damaged list is right, and what it
 * leads to may be somebody else's. So nothing of it is touched.
 *
 * Return: 0; -EBADMSG if it is damaged; -ENOMEM.
 */
int luo_memfd_v0_in_load(u64 address, struct luo_memfd_ser_v1 *v1,
			 struct luo_memfd_extents *list)
{
	const struct memfd_luo_ser *ser = luo_memfd_v0_ser(address);
	int err;

	*v1 = (struct luo_memfd_ser_v1){};
	if (!ser) {
		pr_err("version 0 is damaged: nothing is preserved at its address\n");
		return -EBADMSG;
	}

	v1->pos = ser->pos;
	v1->size = ser->size;
	v1->seals = ser->seals;
	/* An executable file with the first seal would have the second. */
	if (ser->seals & F_SEAL_EXEC && !(ser->seals & F_SEAL_WRITE))
		v1->flags = LUO_MEMFD_NOEXEC;
	err = luo_memfd_v0_read(ser, list);
	if (!err && !luo_memfd_extents_valid(list->extents, list->nr,
					     list->nr_pages, ser->size))
		err = -EBADMSG;
	if (err)
		pr_err("version 0 is damaged: read %llu pages in %llu extents, expected %llu folios\n",
		       list->nr_pages, list->nr, ser->nr_folios);
	if (err == -EBADMSG) {
		luo_memfd_extents_free(list);
		return err;
	}
	v1->nr_extents = list->nr;
	v1->nr_pages = list->nr_pages;
	luo_memfd_v0_free(address, ser);

	return err;
}

/**
 * luo_memfd_v0_in_drop - Free what version 0 of a file took, and no page of it.
 * @address: What LUO handed over: any number.
 */
void luo_memfd_v0_in_drop(u64 address)
{
	const struct memfd_luo_ser *ser = luo_memfd_v0_ser(address);

	if (ser)
		luo_memfd_v0_free(address, ser);
}
