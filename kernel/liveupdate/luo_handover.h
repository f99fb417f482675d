/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_HANDOVER_H
#define _LUO_HANDOVER_H

#include <linux/gfp_types.h>
#include <linux/luo_run.h>
#include <linux/types.h>

/**
 * struct luo_handover - The functions of KHO and the page allocator that objects use.
 * @enabled:  Return true if KHO and live update are on.
 * @alloc:    Allocate 2^order naturally aligned pages and preserve them under one key.
 *            Return NULL if there is no memory.
 * @free:     Unpreserve and free pages from @alloc.
 * @order:    Return the order of the key under which the previous kernel preserved the
 *            page at a physical address: any number. Return -ENOENT if there is no key,
 *            or it is claimed already.
 * @claim:    Claim the pages of one key, whose order @order has returned. The caller
 *            owns them. Return NULL on failure.
 * @release:  Free pages that @claim returned.
 * @preserve: Preserve pages that the caller owns: one folio of @order if that is not 0,
 *            else @nr_pages contiguous pages, under the smallest number of keys. Return
 *            0; -EEXIST if a page is preserved already; -EADDRNOTAVAIL if one cannot be
 *            preserved where it is; -ENOMEM if there is no memory. On failure no page is
 *            preserved.
 * @unpreserve: Undo @preserve, with the same arguments.
 * @claim_pages: Claim @nr contiguous keys of @order at an address: any number. The pages
 *            are of order 0 afterwards, and the caller owns a reference to each. Return
 *            the number of claimed keys, less than @nr if the next one does not exist or
 *            is claimed already. Call @claim_end after the last claim.
 * @claim_singles: The same as @claim_pages for @nr keys of order 0 at page frames: any
 *            numbers.
 * @claim_end: Add the pages that @claim_pages and @claim_singles claimed to the managed
 *            pages of this kernel. Slow, so do not call it for each key.
 * @put:      Drop a reference to a page or folio.
 * @map:      Map page runs, each physical address | order, into one linear mapping.
 *            Return NULL if there is no memory.
 * @unmap:    Undo @map.
 * @publish:  Add a blob to the handover under %LUO_OBJECTS_SUBTREE. Called once, at
 *            boot, and never undone: KHO rewrites its root tree to add or remove a blob,
 *            and a kexec on another CPU must not see a half-written tree.
 * @find:     Find the blob of the previous kernel. Return 0; -ENOENT if there is none;
 *            -EBADMSG if it cannot be found because of an error.
 *
 * luo_handover_kho uses KHO. KUnit tests use one that hands memory over to itself, and
 * so does the user-space build of the core.
 *
 * Context: Process context, may sleep.
 */
struct luo_handover {
	bool (*enabled)(void);
	void *(*alloc)(unsigned int order, gfp_t gfp);
	void (*free)(void *mem, unsigned int order);
	int (*order)(u64 address);
	void *(*claim)(u64 address, unsigned int order);
	void (*release)(void *mem, unsigned int order);
	int (*preserve)(u64 address, unsigned long nr_pages, unsigned int order);
	void (*unpreserve)(u64 address, unsigned long nr_pages,
			   unsigned int order);
	unsigned long (*claim_pages)(struct kho_restored *restored, u64 address,
				     unsigned int order, unsigned long nr);
	unsigned long (*claim_singles)(struct kho_restored *restored,
				       const u64 *pfns, unsigned long nr);
	void (*claim_end)(struct kho_restored *restored);
	void (*put)(u64 address);
	void *(*map)(const u64 *runs, unsigned long nr_runs);
	void (*unmap)(void *mapping);
	int (*publish)(void *blob, size_t size);
	int (*find)(u64 *address, size_t *size);
};

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
