// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The kind of a memfd
 *
 * The fields and versions of &struct luo_memfd_ser_v1 and the strings of the file
 * handlers, for the object layer and for the catalogue in the kernel image.
 * luo_memfd.c registers the kind; luo_memfd_out.c saves objects of it and
 * luo_memfd_in.c loads them.
 *
 * The kind does not list the handlers, so the object core does not end an object with its
 * file: versions 0 and 1 of a file lead to the same pages, and only finish() knows which of
 * them could be read, and whether the pages were freed.
 */

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kho/abi/memfd.h>
#include <linux/luo_field.h>

#include "luo_memfd.h"

/* The bits of the flags of an extent. */
static const char *const luo_memfd_extent_flag_names[] = { "descending", "poisoned" };
static_assert((LUO_MEMFD_DESCENDING | LUO_MEMFD_POISONED) ==
	      BIT(ARRAY_SIZE(luo_memfd_extent_flag_names)) - 1);

/* luo_memfd_extent.c checks the values, which depend on the version of the object. */
#define MEMFD_EXTENT_FIELDS(field, ser)					\
	field(ser, 1, u64, index)					\
	field(ser, 1, u64, pfn)						\
	field(ser, 1, u32, nr_pages)					\
	field(ser, 1, u16, order)					\
	field(ser, 1, mask(luo_memfd_extent_flag_names), flags)

#define MEMFD_EXTENT_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND(memfd_extent, struct luo_memfd_extent_ser, MEMFD_EXTENT_FIELDS,
		MEMFD_EXTENT_VERSIONS);

/* For the table of trees, which needs the address at compile time. */
LUO_SHARE_KIND(memfd_extent, luo_memfd_extent_kind);

/* The bits of LUO_MEMFD_FLAGS. */
static const char *const luo_memfd_flag_names[] = { "range_keys", "noexec" };
static_assert(LUO_MEMFD_FLAGS == BIT(ARRAY_SIZE(luo_memfd_flag_names)) - 1);

#define MEMFD_FIELDS(field, ser)					\
	field(ser, 1, u64, pos, .max = MAX_LFS_FILESIZE)		\
	field(ser, 1, u64, size, .max = MAX_LFS_FILESIZE)		\
	field(ser, 1, u64, nr_pages)					\
	field(ser, 1, u64, nr_extents)					\
	field(ser, 1, array, extents, .element_kind = &memfd_extent_kind) \
	field(ser, 1, u32, seals)					\
	field(ser, 1, mask(luo_memfd_flag_names), flags)

/* The extents of version 1 cannot be poisoned. */
static int memfd_downgrade_to_1(void *ser)
{
	const struct luo_memfd_ser_v1 *v1 = ser;

	return v1->flags & LUO_MEMFD_HAS_POISON ? -ENODATA : 0;
}

static int memfd_downgrade_to_2(void *ser)
{
	struct luo_memfd_ser_v1 *v1 = ser;

	v1->flags &= ~LUO_MEMFD_HAS_POISON;

	return 0;
}

#define MEMFD_VERSIONS(version, kind)					\
	version(kind, 2, exceptional, .downgrade = memfd_downgrade_to_2) \
	version(kind, 1, mandatory, .downgrade = memfd_downgrade_to_1)	\
	version(kind, 0, external)

LUO_DEFINE_KIND(memfd, struct luo_memfd_ser_v1, MEMFD_FIELDS, MEMFD_VERSIONS);
LUO_NOTE_PART_OF(memfd, memfd_extent);
LUO_NOTE_PART_OF(tmpfs, memfd_extent);

LUO_NOTE_STRING("file", MEMFD_LUO_FH_COMPATIBLE);
LUO_NOTE_STRING("file", LUO_MEMFD_COMPATIBLE);

const char *const luo_memfd_handlers[] = {
	MEMFD_LUO_FH_COMPATIBLE, LUO_MEMFD_COMPATIBLE, NULL
};

struct luo_object_kind *const luo_memfd_kind = &memfd_kind;
