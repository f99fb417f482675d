/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_H
#define _MM_LUO_MEMFD_H

#include <linux/kho/abi/luo_memfd.h>
#include <linux/luo_array.h>
#include <linux/types.h>

struct file;
struct inode;
struct memfd_luo_folio_ser;
struct memfd_luo_ser;

/* luo_memfd_extent.c: which file pages are in which page frames. */

/**
 * struct luo_memfd_extents - A growing list of extents.
 * @extents:  The extents.
 * @nr:       How many there are.
 * @capacity: How many there is room for.
 * @nr_pages: The pages of all of them.
 */
struct luo_memfd_extents {
	struct luo_memfd_extent_ser *extents;
	u64 nr;
	u64 capacity;
	u64 nr_pages;
};

int luo_memfd_extents_add(struct luo_memfd_extents *list, u64 first, u64 index,
			  u64 pfn, unsigned int order);
void luo_memfd_extents_sort(struct luo_memfd_extents *list);
bool luo_memfd_extents_valid(const struct luo_memfd_extent_ser *extents,
			     u64 nr, u64 nr_pages, u64 size);
void luo_memfd_extents_truncate(struct luo_memfd_extents *list, u64 nr);
void luo_memfd_extents_free(struct luo_memfd_extents *list);
unsigned int luo_memfd_extent_key(const struct luo_memfd_extent_ser *extent,
				  u32 done, u32 flags);

/**
 * luo_memfd_for_each_key - Iterate over the KHO keys of an extent.
 * @extent: The extent.
 * @flags:  LUO_MEMFD_* of the file that it belongs to.
 * @done:   A u32, pages of the extent before the key.
 * @order:  An unsigned int, the order of the key.
 */
#define luo_memfd_for_each_key(extent, flags, done, order)		\
	for ((done) = 0;						\
	     (done) < (extent)->nr_pages &&				\
	     (((order) = luo_memfd_extent_key(extent, done, flags)), true); \
	     (done) += 1U << (order))

/* luo_memfd_collect.c: finding and pinning what is in a file. */

int luo_memfd_collect(struct file *file, struct luo_memfd_extents *list,
		      u32 flags);
void luo_memfd_uncollect(struct luo_memfd_extents *list, u64 first, u32 flags);

/* luo_memfd_v0.c: the format of the stock handler. */

/**
 * struct luo_memfd_v0 - Version 0 of a file that is being preserved.
 * @ser:    What LUO hands over.
 * @folios: The list that it leads to, NULL where it is empty.
 */
struct luo_memfd_v0 {
	struct memfd_luo_ser *ser;
	struct memfd_luo_folio_ser *folios;
};

int luo_memfd_v0_save(struct luo_memfd_v0 *v0, const struct luo_memfd_ser_v1 *v1,
		      const struct luo_memfd_extents *list);
int luo_memfd_v0_resave(struct luo_memfd_v0 *v0,
			const struct luo_memfd_extents *list);
void luo_memfd_v0_update(struct luo_memfd_v0 *v0,
			 const struct luo_memfd_ser_v1 *v1);
void luo_memfd_v0_abort(struct luo_memfd_v0 *v0);
int luo_memfd_v0_load(u64 address, struct luo_memfd_ser_v1 *v1,
		      struct luo_memfd_extents *list);
void luo_memfd_v0_drop(u64 address);

/* luo_memfd_retrieve.c: from what was handed over to a file. */

int luo_memfd_retrieve(const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents,
		       struct file **filep);
void luo_memfd_discard(const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents);

#endif /* _MM_LUO_MEMFD_H */
