/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_ABSENT_H
#define _MM_LUO_MEMFD_ABSENT_H

#include <linux/gfp_types.h>
#include <linux/types.h>

#include "luo_memfd.h"

/**
 * struct luo_memfd_absent - The pages of a file, and which of them are absent.
 * @list:    The extents of the file, in ascending order of file index, never changed.
 * @before:  For each extent, the number of pages in those before it.
 * @present: Bitmaps of the pages of the list that are not absent any more. NULL in the
 *           place of a bitmap whose pages are all absent.
 */
struct luo_memfd_absent {
	struct luo_memfd_extents list;
	u64 *before;
	unsigned long **present;
};

/**
 * struct luo_memfd_block - A part of an extent that is one preservation.
 * @extent: The extent.
 * @offset: Its first page, in pages from the lowest of the extent in memory.
 * @order:  Its order.
 */
struct luo_memfd_block {
	const struct luo_memfd_extent_ser *extent;
	u32 offset;
	unsigned int order;
};

/**
 * luo_memfd_absent_is_down - Check whether page frames descend from page to page.
 * @extent: The extent.
 *
 * Return: true for single pages in descending order. Within a folio they ascend.
 */
static inline bool
luo_memfd_absent_is_down(const struct luo_memfd_extent_ser *extent)
{
	return extent->flags & LUO_MEMFD_DESCENDING && !extent->order;
}

int luo_memfd_absent_init(struct luo_memfd_absent *absent,
			  struct luo_memfd_extent_ser *extents, u64 nr,
			  u64 nr_pages);
void luo_memfd_absent_free(struct luo_memfd_absent *absent);
u64 luo_memfd_absent_next(const struct luo_memfd_absent *absent, u64 start,
			  u64 end, bool is_absent);
int luo_memfd_absent_reserve(struct luo_memfd_absent *absent, u64 index, u64 nr,
			     gfp_t gfp);
void luo_memfd_absent_remove(struct luo_memfd_absent *absent, u64 index, u64 nr);

u32 luo_memfd_absent_offset(const struct luo_memfd_extent_ser *extent, u32 offset);
bool luo_memfd_absent_find(const struct luo_memfd_absent *absent, u64 index,
			   struct luo_memfd_block *block);
u64 luo_memfd_absent_index(const struct luo_memfd_block *block);
bool luo_memfd_absent_shrink(struct luo_memfd_block *block, u64 index,
			     unsigned int order);

#endif /* _MM_LUO_MEMFD_ABSENT_H */
