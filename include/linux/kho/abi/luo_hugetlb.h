/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_HUGETLB_H
#define _LINUX_KHO_ABI_LUO_HUGETLB_H

#include <linux/build_bug.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: hugetlb ABI
 *
 * A file of hugetlbfs is an object of kind %LUO_HUGETLB_KIND. The LUO file entry has the
 * compatible string %LUO_HUGETLB_COMPATIBLE, and its data word is the instance of the
 * object. Each huge page of the file is preserved under a key of its order.
 *
 * A kernel allocates its huge pages before it can read objects. Therefore the subtree
 * %LUO_HUGETLB_POOL_SUBTREE has the number of huge pages of each size that the files have
 * on each node. It is a page with a &struct luo_hugetlb_pool_ser. If it is missing or corrupt, the
 * files are not affected, but the next kernel allocates its whole pool besides their pages.
 */

/**
 * LUO_HUGETLB_KIND - The kind of object that a file is, "hugetlb".
 */
#define LUO_HUGETLB_KIND		"hugetlb"

/**
 * LUO_HUGETLB_EXTENT_KIND - The kind of the extents of a file, "hugetlb_extent".
 */
#define LUO_HUGETLB_EXTENT_KIND		"hugetlb_extent"

/**
 * LUO_HUGETLB_RESERVED_KIND - The kind of the reserved ranges of a file,
 * "hugetlb_resv".
 */
#define LUO_HUGETLB_RESERVED_KIND	"hugetlb_resv"

/**
 * LUO_HUGETLB_COMPATIBLE - Compatible string of the LUO file entry, "hugetlb-object".
 */
#define LUO_HUGETLB_COMPATIBLE		"hugetlb-object"

/**
 * LUO_HUGETLB_POOL_SUBTREE - Name of the KHO subtree with the numbers of huge pages,
 * "luo-hugetlb-pool".
 */
#define LUO_HUGETLB_POOL_SUBTREE	"luo-hugetlb-pool"

/**
 * LUO_HUGETLB_NAME_LEN - Size of the name of a file, with its NUL: 256 bytes.
 */
#define LUO_HUGETLB_NAME_LEN		256

/**
 * struct luo_hugetlb_extent_ser - Pages that are contiguous in the file and in memory.
 * @index:    Offset in the file, in huge pages.
 * @pfn:      The lowest page frame, a multiple of the pages of a huge page.
 * @nr:       Number of huge pages, not 0. They have less than 2^32 page frames.
 * @reserved: Zero.
 */
struct luo_hugetlb_extent_ser {
	u64 index;
	u64 pfn;
	u32 nr;
	u32 reserved;
};

static_assert(sizeof(struct luo_hugetlb_extent_ser) == 24);
static_assert(offsetof(struct luo_hugetlb_extent_ser, index) == 0);
static_assert(offsetof(struct luo_hugetlb_extent_ser, pfn) == 8);
static_assert(offsetof(struct luo_hugetlb_extent_ser, nr) == 16);
static_assert(offsetof(struct luo_hugetlb_extent_ser, reserved) == 20);

/**
 * struct luo_hugetlb_reserved_ser - A range of a file for which pages are reserved.
 * @from: Offset in the file, in huge pages.
 * @to:   The offset after the last one.
 */
struct luo_hugetlb_reserved_ser {
	u64 from;
	u64 to;
};

static_assert(sizeof(struct luo_hugetlb_reserved_ser) == 16);
static_assert(offsetof(struct luo_hugetlb_reserved_ser, from) == 0);
static_assert(offsetof(struct luo_hugetlb_reserved_ser, to) == 8);

/**
 * struct luo_hugetlb_ser - A file.
 * @pos:      File position in bytes.
 * @size:     File size in bytes, a multiple of the size of a huge page.
 * @nr:       Number of huge pages in all extents together.
 * @extents:  The extents, &struct luo_hugetlb_extent_ser, in ascending order of file
 *            offset, without overlaps in the file or in memory. They may be after the end
 *            of the file. Parts of the file without an extent are holes.
 * @reserved: The reserved ranges, &struct luo_hugetlb_reserved_ser, in ascending order,
 *            without overlaps. They may contain pages that the file has.
 * @order:    A huge page has 2^@order pages.
 * @seals:    F_SEAL_*.
 * @mode:     Mode bits without the type of the file.
 * @uid:      The owner, in the initial user namespace.
 * @gid:      The group, in the initial user namespace.
 * @padding:  Zero.
 * @name:     The last part of the path under which the file was created, "memfd:" and the
 *            name that was passed to memfd_create() for a memfd, padded with NULs.
 */
struct luo_hugetlb_ser {
	u64 pos;
	u64 size;
	u64 nr;
	struct luo_elements_ser extents;
	struct luo_elements_ser reserved;
	u32 order;
	u32 seals;
	u32 mode;
	u32 uid;
	u32 gid;
	u32 padding;
	char name[LUO_HUGETLB_NAME_LEN];
};

static_assert(sizeof(struct luo_hugetlb_ser) == 368);
static_assert(offsetof(struct luo_hugetlb_ser, pos) == 0);
static_assert(offsetof(struct luo_hugetlb_ser, size) == 8);
static_assert(offsetof(struct luo_hugetlb_ser, nr) == 16);
static_assert(offsetof(struct luo_hugetlb_ser, extents) == 24);
static_assert(offsetof(struct luo_hugetlb_ser, reserved) == 56);
static_assert(offsetof(struct luo_hugetlb_ser, order) == 88);
static_assert(offsetof(struct luo_hugetlb_ser, seals) == 92);
static_assert(offsetof(struct luo_hugetlb_ser, mode) == 96);
static_assert(offsetof(struct luo_hugetlb_ser, uid) == 100);
static_assert(offsetof(struct luo_hugetlb_ser, gid) == 104);
static_assert(offsetof(struct luo_hugetlb_ser, padding) == 108);
static_assert(offsetof(struct luo_hugetlb_ser, name) == 112);

/**
 * LUO_HUGETLB_POOL_MAGIC - The first number of &struct luo_hugetlb_pool_ser, "LUOh".
 */
#define LUO_HUGETLB_POOL_MAGIC		0x4c554f68

/**
 * LUO_HUGETLB_POOL_VERSION - The version of &struct luo_hugetlb_pool_ser, 0.
 */
#define LUO_HUGETLB_POOL_VERSION	0

/**
 * LUO_HUGETLB_POOL_MAX - The largest number of entries: 168, which fit into 4 KiB.
 */
#define LUO_HUGETLB_POOL_MAX		168

/**
 * struct luo_hugetlb_pool_entry_ser - The preserved pages of a size on a node.
 * @order:   The order of the pages.
 * @nid:     The NUMA node.
 * @nr:      Number of huge pages of all files.
 * @surplus: How many of them were surplus pages.
 */
struct luo_hugetlb_pool_entry_ser {
	u32 order;
	u32 nid;
	u64 nr;
	u64 surplus;
};

static_assert(sizeof(struct luo_hugetlb_pool_entry_ser) == 24);
static_assert(offsetof(struct luo_hugetlb_pool_entry_ser, order) == 0);
static_assert(offsetof(struct luo_hugetlb_pool_entry_ser, nid) == 4);
static_assert(offsetof(struct luo_hugetlb_pool_entry_ser, nr) == 8);
static_assert(offsetof(struct luo_hugetlb_pool_entry_ser, surplus) == 16);

/**
 * struct luo_hugetlb_pool_ser - The preserved pages of all sizes.
 * @magic:   %LUO_HUGETLB_POOL_MAGIC.
 * @version: %LUO_HUGETLB_POOL_VERSION. A reader ignores other versions.
 * @nr:      Number of @entries, at most %LUO_HUGETLB_POOL_MAX.
 * @crc:     CRC-32C of @magic, @version, @nr and the entries.
 * @entries: The entries. None of them is 0 pages.
 */
struct luo_hugetlb_pool_ser {
	u32 magic;
	u32 version;
	u32 nr;
	u32 crc;
	struct luo_hugetlb_pool_entry_ser entries[LUO_HUGETLB_POOL_MAX];
};

static_assert(sizeof(struct luo_hugetlb_pool_ser) == 4048);
static_assert(offsetof(struct luo_hugetlb_pool_ser, magic) == 0);
static_assert(offsetof(struct luo_hugetlb_pool_ser, version) == 4);
static_assert(offsetof(struct luo_hugetlb_pool_ser, nr) == 8);
static_assert(offsetof(struct luo_hugetlb_pool_ser, crc) == 12);
static_assert(offsetof(struct luo_hugetlb_pool_ser, entries) == 16);

#endif /* _LINUX_KHO_ABI_LUO_HUGETLB_H */
