// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The handover through KHO
 *
 * Of the object layers, only this file calls KHO and the page allocator, so that the
 * layers also build in user space, with another handover. It adds the strings that two
 * kernels must share to the catalogue.
 *
 * It is called by the pools, the arrays, the runs and the objects, through struct
 * luo_handover.
 */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho/abi/luo.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/liveupdate.h>
#include <linux/luo_field.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <linux/vmalloc.h>

#include "luo_handover.h"

static bool kho_enabled(void)
{
	return kho_is_enabled() && liveupdate_enabled();
}

static void *kho_pages_alloc(unsigned int order, gfp_t gfp)
{
	struct folio *folio;

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

static void kho_pages_free(void *mem, unsigned int order)
{
	kho_unpreserve_free(mem);
}

static int kho_pages_order(u64 address)
{
	if (!PAGE_ALIGNED(address))
		return -ENOENT;

	return kho_preserved_order(address);
}

static void *kho_pages_claim(u64 address, unsigned int order)
{
	struct folio *folio = kho_restore_folio(address);

	return folio ? folio_address(folio) : NULL;
}

static void kho_pages_release(void *mem, unsigned int order)
{
	folio_put(virt_to_folio(mem));
}

static int kho_pages_preserve(u64 address, unsigned long nr_pages,
			      unsigned int order)
{
	struct page *page = pfn_to_page(PHYS_PFN(address));

	/* The folio may be one of the previous kernel that is not restored yet. */
	if (order)
		return kho_preserve_pages(page, 1UL << order);

	/* For a single page, this adds the same key and is faster. */
	return nr_pages == 1 ? kho_preserve_folio(page_folio(page)) :
			       kho_preserve_pages(page, nr_pages);
}

static void kho_pages_unpreserve(u64 address, unsigned long nr_pages,
				 unsigned int order)
{
	struct page *page = pfn_to_page(PHYS_PFN(address));

	kho_unpreserve_pages(page, order ? 1UL << order : nr_pages);
}

static unsigned long kho_pages_claim_pages(struct kho_restored *restored,
					   u64 address, unsigned int order,
					   unsigned long nr)
{
	return kho_restore_run(restored, address, order, nr);
}

static unsigned long kho_pages_claim_singles(struct kho_restored *restored,
					     const u64 *pfns, unsigned long nr)
{
	return kho_restore_singles(restored, pfns, nr);
}

static void kho_pages_claim_end(struct kho_restored *restored)
{
	kho_restore_run_end(restored);
}

static void kho_pages_put(u64 address)
{
	put_page(pfn_to_page(PHYS_PFN(address)));
}

static void *kho_pages_map(const u64 *runs, unsigned long nr_runs)
{
	unsigned long nr_pages = 0, i, j, n = 0;
	struct page **pages;
	void *mapping;

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

static void kho_pages_unmap(void *mapping)
{
	vunmap(mapping);
}

static int kho_publish(void *blob, size_t size)
{
	return kho_add_subtree(LUO_OBJECTS_SUBTREE, blob, size);
}

static int kho_find(u64 *address, size_t *size)
{
	phys_addr_t phys;
	int err;

	err = kho_retrieve_subtree(LUO_OBJECTS_SUBTREE, &phys, size);
	if (err)
		return err == -ENOENT ? -ENOENT : -EBADMSG;
	*address = phys;

	return 0;
}

const struct luo_handover luo_handover_kho = {
	.enabled	= kho_enabled,
	.alloc		= kho_pages_alloc,
	.free		= kho_pages_free,
	.order		= kho_pages_order,
	.claim		= kho_pages_claim,
	.release	= kho_pages_release,
	.preserve	= kho_pages_preserve,
	.unpreserve	= kho_pages_unpreserve,
	.claim_pages	= kho_pages_claim_pages,
	.claim_singles	= kho_pages_claim_singles,
	.claim_end	= kho_pages_claim_end,
	.put		= kho_pages_put,
	.map		= kho_pages_map,
	.unmap		= kho_pages_unmap,
	.publish	= kho_publish,
	.find		= kho_find,
};

LUO_NOTE_STRING("kho", KHO_FDT_COMPATIBLE);
LUO_NOTE_STRING("luo", LUO_ABI_COMPATIBLE);
LUO_NOTE_STRING("luo-objects", LUO_OBJECTS_COMPATIBLE);
LUO_NOTE_STRING("page-shift", __stringify(CONFIG_PAGE_SHIFT));
