/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_MEMFD_H
#define _LINUX_KHO_ABI_LUO_MEMFD_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: memfd ABI, versions 1 and 2
 *
 * Version 0 of a memfd is the unchanged &struct memfd_luo_ser of
 * ``linux/kho/abi/memfd.h``, under the compatible string of that header. Version 1 is
 * an object of kind %LUO_MEMFD_KIND that keeps holes. If both are written, the LUO
 * file entry is that of version 0, and the instance of the object is the entry's data
 * word, the physical address of version 0. If only version 1 is written, the entry
 * has the compatible string %LUO_MEMFD_COMPATIBLE and its data word is the instance.
 *
 * Version 2 has the layout of version 1, and its extents may have the flag
 * %LUO_MEMFD_POISONED. It is written in place of version 1 for a file with a
 * poisoned page. All other files have version 1. If the LUO file entry is that of
 * version 0, its list has no entries for poisoned pages, and bit 31 of its seals is
 * set: a seal that no kernel has, so that none retrieves the file from version 0.
 */

/**
 * LUO_MEMFD_KIND - The kind of object that a memfd is, "memfd".
 */
#define LUO_MEMFD_KIND			"memfd"

/**
 * LUO_MEMFD_COMPATIBLE - Compatible string of the LUO file entry of a file without
 * version 0, "memfd-object".
 */
#define LUO_MEMFD_COMPATIBLE		"memfd-object"

/**
 * LUO_MEMFD_RANGE_KEYS - Bit 0: extents of order 0 are preserved by
 * kho_preserve_pages(), each extent with exactly its range. Without the flag,
 * and in extents of higher order, every folio has its own folio key.
 */
#define LUO_MEMFD_RANGE_KEYS		BIT(0)

/**
 * LUO_MEMFD_NOEXEC - Bit 1: the mode of the file has no execute permission.
 */
#define LUO_MEMFD_NOEXEC		BIT(1)

#define LUO_MEMFD_FLAGS							\
	(LUO_MEMFD_RANGE_KEYS | LUO_MEMFD_NOEXEC)

/**
 * LUO_MEMFD_DESCENDING - Bit 0 of an extent: its folios are in descending order in
 * memory. The first folio in the file has the highest page frames.
 */
#define LUO_MEMFD_DESCENDING		BIT(0)

/**
 * LUO_MEMFD_POISONED - Bit 1 of an extent, in version 2 only: the hardware has
 * reported that the memory of its pages is damaged. @order is 0 and each page has
 * its own folio key, so that no kernel allocates the page frames. A read of these
 * pages of the file fails.
 */
#define LUO_MEMFD_POISONED		BIT(1)

/**
 * struct luo_memfd_extent_ser - A run of file pages in a run of page frames.
 * @index:    The lowest offset in the file in pages.
 * @pfn:      The lowest page frame.
 * @nr_pages: Number of contiguous pages, a multiple of 2^@order, not 0.
 * @order:    Order of the folios; @index and @pfn are multiples of 2^@order.
 * @flags:    LUO_MEMFD_DESCENDING, and in version 2 %LUO_MEMFD_POISONED; the other
 *            bits are zero. A reader refuses an extent with a flag that it does not
 *            support.
 *
 * Extents are in no particular order and do not overlap, neither in the file
 * nor in memory.
 */
struct luo_memfd_extent_ser {
	u64 index;
	u64 pfn;
	u32 nr_pages;
	u16 order;
	u16 flags;
};

static_assert(sizeof(struct luo_memfd_extent_ser) == 24);
static_assert(offsetof(struct luo_memfd_extent_ser, index) == 0);
static_assert(offsetof(struct luo_memfd_extent_ser, pfn) == 8);
static_assert(offsetof(struct luo_memfd_extent_ser, nr_pages) == 16);
static_assert(offsetof(struct luo_memfd_extent_ser, order) == 20);
static_assert(offsetof(struct luo_memfd_extent_ser, flags) == 22);

/**
 * struct luo_memfd_ser_v1 - A memfd.
 * @pos:        File position.
 * @size:       File size in bytes.
 * @nr_pages:   Pages in all extents together.
 * @nr_extents: Elements of @extents.
 * @extents:    Handle of an array of &struct luo_memfd_extent_ser, 0 if @nr_extents
 *              is 0.
 * @seals:      F_SEAL_*.
 * @flags:      LUO_MEMFD_*; the other bits are zero.
 *
 * Every page is up to date and dirty. Parts of the file without an extent are holes.
 */
struct luo_memfd_ser_v1 {
	u64 pos;
	u64 size;
	u64 nr_pages;
	u64 nr_extents;
	u64 extents;
	u32 seals;
	u32 flags;
};

static_assert(sizeof(struct luo_memfd_ser_v1) == 48);
static_assert(offsetof(struct luo_memfd_ser_v1, pos) == 0);
static_assert(offsetof(struct luo_memfd_ser_v1, size) == 8);
static_assert(offsetof(struct luo_memfd_ser_v1, nr_pages) == 16);
static_assert(offsetof(struct luo_memfd_ser_v1, nr_extents) == 24);
static_assert(offsetof(struct luo_memfd_ser_v1, extents) == 32);
static_assert(offsetof(struct luo_memfd_ser_v1, seals) == 40);
static_assert(offsetof(struct luo_memfd_ser_v1, flags) == 44);

#endif /* _LINUX_KHO_ABI_LUO_MEMFD_H */
