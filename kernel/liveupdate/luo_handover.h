/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_HANDOVER_H
#define _LUO_HANDOVER_H

#include <linux/gfp_types.h>
#include <linux/luo_run.h>
#include <linux/types.h>

/**
 * struct luo_handover - What objects, pools and arrays need from below.
 * @enabled:  Whether there is a handover: KHO and live update are on.
 * @alloc:    Allocates 2^order naturally aligned pages and has them preserved
 *            under one key. NULL when there is no memory.
 * @free:     Gives back what @alloc allocated.
 * @order:    The order of the key under which the previous kernel preserved the
 *            page at a physical address, which may be any number at all.
 *            -ENOENT where it did not, or where the page was claimed since.
 * @claim:    Takes over the pages of one key; @order has told its order.
 *            NULL where that fails.
 * @release:  Frees what @claim took over.
 * @preserve: Has pages of somebody else preserved: one folio of @order if that
 *            is not 0, or @nr_pages that follow each other, under as few keys
 *            as they fit. -EEXIST if a page is preserved already, -EADDRNOTAVAIL if
 *            one cannot be preserved where it is, -ENOMEM; nothing is preserved
 *            then.
 * @unpreserve: Undoes @preserve, with the same arguments.
 * @claim_pages: Takes over @nr keys of @order that lie side by side, at an address
 *            that may be any number, as pages of order 0 with a reference each.
 *            Returns the number of keys claimed: less than @nr if the next one
 *            does not exist or was claimed. The pages are not counted yet.
 * @claim_singles: Like @claim_pages for @nr keys of order 0 at page frames that
 *            may be any numbers.
 * @claim_end: Counts the pages that @claim_pages and @claim_singles claimed as
 *            memory of this kernel. Too slow to be called for each key.
 * @put:      Drops a reference to a page or folio.
 * @map:      Maps page runs, each physical address | order, as one. NULL when
 *            there is no memory.
 * @unmap:    Undoes @map.
 * @publish:  Puts a blob into the handover under %LUO_OBJECTS_SUBTREE, for good:
 *            KHO rewrites its root tree to add or remove a blob, which a kexec on
 *            another processor must not see. Called once, at boot.
 * @find:     Where the previous kernel's blob is. -ENOENT where it sent none,
 *            -EBADMSG where that cannot be told.
 *
 * This is all that the layers of this directory ask of KHO and of the memory
 * manager. luo_handover_kho is the real one; KUnit hands memory over to itself,
 * and the user-space build of the core brings its own.
 *
 * All may sleep.
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
