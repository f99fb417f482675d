/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_LAYOUT_H
#define _LINUX_KHO_ABI_LUO_LAYOUT_H

#include <linux/build_bug.h>
#include <linux/kho/abi/luo_note.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: The identity of a layout
 *
 * Two kernels may use the same version number of a kind for different layouts, for
 * example if a backport took the number first. The digest of a layout covers the name,
 * the offset, the size and the type of each field, and the name of the kind that a
 * reference or elements lead to, so that such kernels do not exchange objects. (Fields
 * with elements that were published earlier lack the name of the kind.)
 *
 * Together with the first object of a kind that is written in a version, a kernel
 * stores an object of kind "layouts", which has the digest of that version. It is a
 * &struct luo_layout_ser in version 1, and it is optional: a kernel that does not know
 * it ignores it. If there is none, the version has the layout that was published for
 * it. The number of the object is LUO_LAYOUT_INSTANCE().
 *
 * A reader that has another digest for the version refuses the objects of this version
 * with -EPROTO. If the object of kind "layouts" is corrupt, the reader refuses them with
 * -EBADMSG. Objects in other versions, and of other kinds, are read.
 */

/**
 * LUO_LAYOUT_KIND - The kind of the objects, "layouts".
 */
#define LUO_LAYOUT_KIND			"layouts"

/**
 * LUO_LAYOUT_VERSION - Their version, 1.
 */
#define LUO_LAYOUT_VERSION		1

/**
 * struct luo_layout_ser - The layout of one version of a kind.
 * @kind:    The kind, padded with NULs, of which it has at least one.
 * @version: The version.
 * @digest:  The sum of LUO_LAYOUT_FIELD() over the fields of the version.
 */
struct luo_layout_ser {
	char kind[LUO_OBJECT_KIND_LEN];
	u32 version;
	u32 digest;
};

static_assert(LUO_NOTE_FIELD_LEN == 32 && LUO_OBJECT_KIND_LEN == 48);
static_assert(sizeof(struct luo_layout_ser) == 56);
static_assert(offsetof(struct luo_layout_ser, kind) == 0);
static_assert(offsetof(struct luo_layout_ser, version) == 48);
static_assert(offsetof(struct luo_layout_ser, digest) == 52);

/**
 * LUO_LAYOUT_INSTANCE - The number of the object for one version of a kind.
 * @kind_crc: CRC of the name of the kind, as in &struct luo_object_block_ser.
 * @version:  The version, at most %U16_MAX.
 */
#define LUO_LAYOUT_INSTANCE(kind_crc, version)	((u64)(kind_crc) << 16 | (version))

/* private: FNV-1a, as an expression that the compiler evaluates. */
#define __LUO_LAYOUT_CHAR(hash, name, i)				\
	(((hash) ^ (u8)(name)[(i) < sizeof(name) ? (i) : sizeof(name) - 1]) * \
	 0x01000193U)
#define __LUO_LAYOUT_4(hash, name, i)					\
	__LUO_LAYOUT_CHAR(__LUO_LAYOUT_CHAR(__LUO_LAYOUT_CHAR(		\
	__LUO_LAYOUT_CHAR(hash, name, i), name, (i) + 1),		\
			  name, (i) + 2), name, (i) + 3)
#define __LUO_LAYOUT_16(hash, name, i)					\
	__LUO_LAYOUT_4(__LUO_LAYOUT_4(__LUO_LAYOUT_4(			\
	__LUO_LAYOUT_4(hash, name, i), name, (i) + 4),			\
		       name, (i) + 8), name, (i) + 12)
#define __LUO_LAYOUT_NAME(name)						\
	__LUO_LAYOUT_16(__LUO_LAYOUT_16(0x811c9dc5U, name, 0), name, 16)
/* public: */

/**
 * LUO_LAYOUT_TARGET - Compute the bits of a type that identify another kind.
 * @kind: The name of the kind that the field leads to: a string literal of at most
 *        %LUO_OBJECT_KIND_LEN bytes.
 *
 * The bits of the 32-bit FNV-1a hash of the name, padded with NULs to
 * %LUO_OBJECT_KIND_LEN, that are not in %LUO_FIELD_TYPE. They are part of the type, so
 * that a reader of the catalogue computes the digest of a layout without the name.
 */
#define LUO_LAYOUT_TARGET(kind)						\
	(__LUO_LAYOUT_16(__LUO_LAYOUT_NAME(kind), kind, 32) & ~(u32)LUO_FIELD_TYPE)

/**
 * LUO_LAYOUT_FIELD - Compute the contribution of a field to the digest of a layout.
 * @name:   Name of the field: a string literal, or an array that is padded with NULs,
 *          of at most %LUO_NOTE_FIELD_LEN bytes.
 * @offset: Offset of the field in bytes.
 * @size:   Size of the field in bytes.
 * @type:   As in &struct luo_note_field.
 *
 * The product of the 32-bit FNV-1a hash of the name, padded with NULs to
 * %LUO_NOTE_FIELD_LEN, and LUO_FIELD_DIGEST() of the three numbers. A product, because
 * the sum over the fields must change if two fields swap their names.
 */
#define LUO_LAYOUT_FIELD(name, offset, size, type)			\
	(__LUO_LAYOUT_NAME(name) * LUO_FIELD_DIGEST(offset, size, type))

#endif /* _LINUX_KHO_ABI_LUO_LAYOUT_H */
