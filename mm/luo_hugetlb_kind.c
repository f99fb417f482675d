// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The kinds of a hugetlb file
 *
 * The fields and versions of &struct luo_hugetlb_ser and of its elements, and the string
 * of the file handler, for the object layer and for the catalogue in the kernel image. It
 * calls no other file. luo_hugetlb.c registers the kind, luo_hugetlb_out.c saves objects
 * of it, and luo_hugetlb_in.c loads them.
 */

#include <linux/fs.h>
#include <linux/luo_field.h>

#include "luo_hugetlb.h"

const char *const luo_hugetlb_handlers[] = { LUO_HUGETLB_COMPATIBLE, NULL };

#define HUGETLB_EXTENT_FIELDS(field, ser)				\
	field(ser, 0, u64, index, .max = MAX_LFS_FILESIZE)		\
	field(ser, 0, u64, pfn)						\
	field(ser, 0, u32, nr, .min = 1)				\
	field(ser, 0, reserved, reserved)

#define HUGETLB_EXTENT_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(hugetlb_extent, struct luo_hugetlb_extent_ser,
		HUGETLB_EXTENT_FIELDS, HUGETLB_EXTENT_VERSIONS);

#define HUGETLB_RESV_FIELDS(field, ser)					\
	field(ser, 0, u64, from, .max = MAX_LFS_FILESIZE)		\
	field(ser, 0, u64, to, .min = 1, .max = MAX_LFS_FILESIZE)

#define HUGETLB_RESV_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(hugetlb_resv, struct luo_hugetlb_reserved_ser,
		HUGETLB_RESV_FIELDS, HUGETLB_RESV_VERSIONS);

#define HUGETLB_FIELDS(field, ser)					\
	field(ser, 0, u64, pos, .max = MAX_LFS_FILESIZE)		\
	field(ser, 0, u64, size, .max = MAX_LFS_FILESIZE)		\
	field(ser, 0, u64, nr)						\
	field(ser, 0, elements_of(hugetlb_extent), extents)		\
	field(ser, 0, elements_of(hugetlb_resv), reserved)		\
	field(ser, 0, u32, order, .min = 1, .max = 63 - PAGE_SHIFT)	\
	field(ser, 0, u32, seals)					\
	field(ser, 0, u32, mode, .max = 07777)				\
	field(ser, 0, u32, uid, .max = 0xfffffffe)			\
	field(ser, 0, u32, gid, .max = 0xfffffffe)			\
	field(ser, 0, reserved, padding)				\
	field(ser, 0, string, name)

#define HUGETLB_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(hugetlb, struct luo_hugetlb_ser, HUGETLB_FIELDS,
		HUGETLB_VERSIONS);
LUO_NOTE_STRING("file", LUO_HUGETLB_COMPATIBLE);

struct luo_object_kind *const luo_hugetlb_kind = &hugetlb_kind;
struct luo_object_kind *const luo_hugetlb_extent_kind = &hugetlb_extent_kind;
struct luo_object_kind *const luo_hugetlb_reserved_kind = &hugetlb_resv_kind;
