// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The handover through KHO
 *
 * Of the object layers, only this file calls KHO and the page allocator, so that the
 * layers also build in user space, without this file. It adds the strings that two
 * kernels must share to the catalogue.
 *
 * It is called by the pools, the arrays, the runs, PKRAM and the objects. A KUnit test
 * can redirect each call; luo_loopback_init() redirects all of them to functions that
 * hand memory over to the running kernel.
 *
 * Unless a function says otherwise, its context is process context, and it may sleep.
 */

#include <kunit/static_stub.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho/abi/luo.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/liveupdate.h>
#include <linux/luo_field.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <linux/vmalloc.h>

#include "luo_handover.h"

/**
 * luo_handover_enabled - Check whether memory can be handed over.
 *
 * Context: Any.
 * Return: true if KHO and live update are on.
 */
bool luo_handover_enabled(void)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_enabled);

	return kho_is_enabled() && liveupdate_enabled();
}

/**
 * luo_handover_alloc - Allocate pages and preserve them under one key.
 * @order: Allocates 2^@order pages, naturally aligned.
 * @gfp:   Allocation mask.
 *
 * Return: The pages, which the caller frees with luo_handover_free(); NULL if there is
 * no memory.
 */
void *luo_handover_alloc(unsigned int order, gfp_t gfp)
{
	struct folio *folio;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_alloc, order, gfp);

	if (order > MAX_PAGE_ORDER)
		return NULL;

	folio = kho_alloc_folio(gfp, order);
	if (!folio)
		return NULL;

	if (kho_preserve_folio(folio)) {
		folio_put(folio);
		return NULL;
	}

	return folio_address(folio);
}

/**
 * luo_handover_free - Unpreserve and free pages from luo_handover_alloc().
 * @mem:   The pages.
 * @order: Their order.
 */
void luo_handover_free(void *mem, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_free, mem, order);

	kho_unpreserve_free(mem);
}

/**
 * luo_handover_order - Get the order of a key of the previous kernel.
 * @address: Physical address of the first page of the key: any number.
 *
 * Return: The order; -ENOENT if there is no key, or it is claimed already.
 */
int luo_handover_order(u64 address)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_order, address);

	if (!PAGE_ALIGNED(address))
		return -ENOENT;

	return kho_preserved_order(address);
}

/**
 * luo_handover_claim - Claim the pages of one key.
 * @address: Physical address of the first page of the key.
 * @order:   Its order, from luo_handover_order().
 *
 * Return: The pages, which the caller owns and frees with luo_handover_release(); NULL
 * if another caller has claimed them.
 */
void *luo_handover_claim(u64 address, unsigned int order)
{
	struct folio *folio;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_claim, address, order);

	folio = kho_restore_folio(address);

	return folio ? folio_address(folio) : NULL;
}

/**
 * luo_handover_release - Free pages from luo_handover_claim().
 * @mem:   The pages.
 * @order: Their order.
 */
void luo_handover_release(void *mem, unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_release, mem, order);

	folio_put(virt_to_folio(mem));
}

/**
 * luo_handover_preserve - Preserve pages that the caller owns.
 * @address:  Physical address of the first page.
 * @nr_pages: Number of contiguous pages, if @order is 0. They are preserved under the
 *            smallest number of keys.
 * @order:    If it is not 0, preserve one folio of this order.
 *
 * Return: 0; -EEXIST if a page is preserved already; -EADDRNOTAVAIL if one cannot be
 * preserved where it is; -ENOMEM if there is no memory. On failure no page is preserved.
 */
int luo_handover_preserve(u64 address, unsigned long nr_pages,
			  unsigned int order)
{
	struct page *page;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_preserve, address, nr_pages, order);

	page = pfn_to_page(PHYS_PFN(address));

	/* The folio may be one of the previous kernel that is not restored yet. */
	if (order)
		return kho_preserve_pages(page, 1UL << order);

	/* For a single page, this adds the same key and is faster. */
	return nr_pages == 1 ? kho_preserve_folio(page_folio(page)) :
			       kho_preserve_pages(page, nr_pages);
}

/**
 * luo_handover_unpreserve - Undo luo_handover_preserve().
 * @address:  As for luo_handover_preserve(), and the same below.
 * @nr_pages: Number of pages.
 * @order:    Order of a folio, or 0.
 */
void luo_handover_unpreserve(u64 address, unsigned long nr_pages,
			     unsigned int order)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_unpreserve, address, nr_pages,
				   order);

	kho_unpreserve_pages(pfn_to_page(PHYS_PFN(address)),
			     order ? 1UL << order : nr_pages);
}

/**
 * luo_handover_poisoned - Find the first page that the hardware has reported as damaged.
 * @address:  Physical address of the first page.
 * @nr_pages: Number of contiguous pages.
 *
 * Reads no page while no page of this host is poisoned.
 *
 * Context: Process context, may sleep.
 * Return: The number of the page; @nr_pages if none is poisoned.
 */
unsigned long luo_handover_poisoned(u64 address, unsigned long nr_pages)
{
	unsigned long i;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_poisoned, address, nr_pages);

	if (!luo_run_poison_seen())
		return nr_pages;

	for (i = 0; i < nr_pages; i++) {
		if (PageHWPoison(pfn_to_page(PHYS_PFN(address) + i)))
			break;
		cond_resched();
	}

	return i;
}

/**
 * luo_handover_claim_pages - Claim contiguous keys as pages of order 0.
 * @restored: Counts the pages. Call luo_handover_claim_end() after the last claim.
 * @address:  Physical address of the first page: any number.
 * @order:    Order of the keys.
 * @nr:       Number of keys.
 *
 * The caller owns a reference to each page.
 *
 * Return: The number of claimed keys, less than @nr if the next one does not exist or is
 * claimed already.
 */
unsigned long luo_handover_claim_pages(struct kho_restored *restored,
				       u64 address, unsigned int order,
				       unsigned long nr)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_claim_pages, restored, address,
				   order, nr);

	return kho_restore_run(restored, address, order, nr);
}

/**
 * luo_handover_claim_singles - Claim keys of order 0 at any places.
 * @restored: As for luo_handover_claim_pages().
 * @pfns:     Their page frames: any numbers.
 * @nr:       Number of keys.
 *
 * Return: As luo_handover_claim_pages().
 */
unsigned long luo_handover_claim_singles(struct kho_restored *restored,
					 const u64 *pfns, unsigned long nr)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_claim_singles, restored, pfns, nr);

	return kho_restore_singles(restored, pfns, nr);
}

/**
 * luo_handover_claim_end - Add claimed pages to the managed pages of this kernel.
 * @restored: The count of luo_handover_claim_pages() and luo_handover_claim_singles().
 *
 * Slow, so do not call it for each key.
 */
void luo_handover_claim_end(struct kho_restored *restored)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_claim_end, restored);

	kho_restore_run_end(restored);
}

/**
 * luo_handover_put - Drop a reference to a page or folio.
 * @address: Its physical address.
 */
void luo_handover_put(u64 address)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_put, address);

	put_page(pfn_to_page(PHYS_PFN(address)));
}

/**
 * luo_handover_map - Map runs of pages into one linear mapping.
 * @runs:    The runs, each physical address | order.
 * @nr_runs: Their number.
 *
 * Return: The mapping, which luo_handover_unmap() frees; NULL if there is no memory.
 */
void *luo_handover_map(const u64 *runs, unsigned long nr_runs)
{
	unsigned long nr_pages = 0, i, j, n = 0;
	struct page **pages;
	void *mapping;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_map, runs, nr_runs);

	for (i = 0; i < nr_runs; i++)
		nr_pages += 1UL << (runs[i] & LUO_ARRAY_RUN_ORDER);

	pages = kvmalloc_objs(*pages, nr_pages);
	if (!pages)
		return NULL;

	for (i = 0; i < nr_runs; i++) {
		struct page *page = pfn_to_page(PHYS_PFN(runs[i]));

		for (j = 0; j < 1UL << (runs[i] & LUO_ARRAY_RUN_ORDER); j++)
			pages[n++] = page + j;
	}

	mapping = vmap(pages, nr_pages, VM_MAP, PAGE_KERNEL);
	kvfree(pages);

	return mapping;
}

/**
 * luo_handover_unmap - Free a mapping from luo_handover_map().
 * @mapping: The mapping.
 */
void luo_handover_unmap(void *mapping)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_unmap, mapping);

	vunmap(mapping);
}

/**
 * luo_handover_publish - Add the list of kinds to the handover.
 * @blob: The list.
 * @size: Its size in bytes.
 *
 * Called once, at boot, and never undone: KHO rewrites its root tree to add or remove a
 * blob, and a kexec on another CPU must not see a half-written tree.
 *
 * Return: 0, or the errno of kho_add_subtree().
 */
int luo_handover_publish(void *blob, size_t size)
{
	KUNIT_STATIC_STUB_REDIRECT(luo_handover_publish, blob, size);

	return kho_add_subtree(LUO_OBJECTS_SUBTREE, blob, size);
}

/**
 * luo_handover_find - Find the list of kinds of the previous kernel.
 * @address: Set to its physical address.
 * @size:    Set to its size in bytes.
 *
 * Return: 0; -ENOENT if there is none; -EBADMSG if it cannot be found because of an
 * error.
 */
int luo_handover_find(u64 *address, size_t *size)
{
	phys_addr_t phys;
	int err;

	KUNIT_STATIC_STUB_REDIRECT(luo_handover_find, address, size);

	err = kho_retrieve_subtree(LUO_OBJECTS_SUBTREE, &phys, size);
	if (err)
		return err == -ENOENT ? -ENOENT : -EBADMSG;
	*address = phys;

	return 0;
}

LUO_NOTE_STRING("kho", KHO_FDT_COMPATIBLE);
LUO_NOTE_STRING("luo", LUO_ABI_COMPATIBLE);
LUO_NOTE_STRING("luo-objects", LUO_OBJECTS_COMPATIBLE);
LUO_NOTE_STRING("page-shift", __stringify(CONFIG_PAGE_SHIFT));
