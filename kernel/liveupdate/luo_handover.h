/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_HANDOVER_H
#define _LUO_HANDOVER_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct kho_restored;

bool luo_handover_enabled(void);
void *luo_handover_alloc(unsigned int order, gfp_t gfp);
void luo_handover_free(void *mem, unsigned int order);
int luo_handover_order(u64 address);
void *luo_handover_claim(u64 address, unsigned int order);
void luo_handover_release(void *mem, unsigned int order);
int luo_handover_preserve(u64 address, unsigned long nr_pages,
			  unsigned int order);
void luo_handover_unpreserve(u64 address, unsigned long nr_pages,
			     unsigned int order);
unsigned long luo_handover_poisoned(u64 address, unsigned long nr_pages);
unsigned long luo_handover_claim_pages(struct kho_restored *restored,
				       u64 address, unsigned int order,
				       unsigned long nr);
unsigned long luo_handover_claim_singles(struct kho_restored *restored,
					 const u64 *pfns, unsigned long nr);
void luo_handover_claim_end(struct kho_restored *restored);
void luo_handover_put(u64 address);
void *luo_handover_map(const u64 *runs, unsigned long nr_runs);
void luo_handover_unmap(void *mapping);
int luo_handover_publish(void *blob, size_t size);
int luo_handover_find(u64 *address, size_t *size);

/**
 * luo_handover_gfp_valid - Check a mask for pages that will be preserved.
 * @gfp: The mask.
 *
 * Movable pages may lie in a scratch area, where the next kernel boots, and high
 * memory has no address in the kernel.
 *
 * Return: true if the pages can be preserved.
 */
static inline bool luo_handover_gfp_valid(gfp_t gfp)
{
	return !(gfp & (__GFP_MOVABLE | __GFP_HIGHMEM));
}

#endif /* _LUO_HANDOVER_H */
