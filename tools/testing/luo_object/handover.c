// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The handover in user space
 *
 * The functions of luo_handover.c, without KHO. They call the replacements that
 * luo_loopback_init() has set.
 */

#include "handover.h"

typeof(luo_handover_enabled) *luo_handover_enabled_stub;

bool luo_handover_enabled(void)
{
	return luo_handover_enabled_stub();
}

typeof(luo_handover_alloc) *luo_handover_alloc_stub;

void *luo_handover_alloc(unsigned int order, gfp_t gfp)
{
	return luo_handover_alloc_stub(order, gfp);
}

typeof(luo_handover_free) *luo_handover_free_stub;

void luo_handover_free(void *mem, unsigned int order)
{
	luo_handover_free_stub(mem, order);
}

typeof(luo_handover_order) *luo_handover_order_stub;

int luo_handover_order(u64 address)
{
	return luo_handover_order_stub(address);
}

typeof(luo_handover_claim) *luo_handover_claim_stub;

void *luo_handover_claim(u64 address, unsigned int order)
{
	return luo_handover_claim_stub(address, order);
}

typeof(luo_handover_release) *luo_handover_release_stub;

void luo_handover_release(void *mem, unsigned int order)
{
	luo_handover_release_stub(mem, order);
}

typeof(luo_handover_preserve) *luo_handover_preserve_stub;

int luo_handover_preserve(u64 address, unsigned long nr_pages,
			  unsigned int order)
{
	return luo_handover_preserve_stub(address, nr_pages, order);
}

typeof(luo_handover_unpreserve) *luo_handover_unpreserve_stub;

void luo_handover_unpreserve(u64 address, unsigned long nr_pages,
			     unsigned int order)
{
	luo_handover_unpreserve_stub(address, nr_pages, order);
}

typeof(luo_handover_poisoned) *luo_handover_poisoned_stub;

unsigned long luo_handover_poisoned(u64 address, unsigned long nr_pages)
{
	return luo_handover_poisoned_stub(address, nr_pages);
}

typeof(luo_handover_claim_pages) *luo_handover_claim_pages_stub;

unsigned long luo_handover_claim_pages(struct kho_restored *restored,
				       u64 address, unsigned int order,
				       unsigned long nr)
{
	return luo_handover_claim_pages_stub(restored, address, order, nr);
}

typeof(luo_handover_claim_singles) *luo_handover_claim_singles_stub;

unsigned long luo_handover_claim_singles(struct kho_restored *restored,
					 const u64 *pfns, unsigned long nr)
{
	return luo_handover_claim_singles_stub(restored, pfns, nr);
}

typeof(luo_handover_claim_end) *luo_handover_claim_end_stub;

void luo_handover_claim_end(struct kho_restored *restored)
{
	luo_handover_claim_end_stub(restored);
}

typeof(luo_handover_put) *luo_handover_put_stub;

void luo_handover_put(u64 address)
{
	luo_handover_put_stub(address);
}

typeof(luo_handover_map) *luo_handover_map_stub;

void *luo_handover_map(const u64 *runs, unsigned long nr_runs)
{
	return luo_handover_map_stub(runs, nr_runs);
}

typeof(luo_handover_unmap) *luo_handover_unmap_stub;

void luo_handover_unmap(void *mapping)
{
	luo_handover_unmap_stub(mapping);
}

typeof(luo_handover_publish) *luo_handover_publish_stub;

int luo_handover_publish(void *blob, size_t size)
{
	return luo_handover_publish_stub(blob, size);
}

typeof(luo_handover_find) *luo_handover_find_stub;

int luo_handover_find(u64 *address, size_t *size)
{
	return luo_handover_find_stub(address, size);
}
