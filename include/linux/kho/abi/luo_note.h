/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_NOTE_H
#define _LINUX_KHO_ABI_LUO_NOTE_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/kho/abi/luo_object.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: The catalogue ABI
 *
 * ELF notes with the name %LUO_NOTE_NAME list the formats that a kernel reads and
 * writes, so that they are known before the kernel runs. The notes of the running
 * kernel are in ``/sys/kernel/notes``, those of a module in
 * ``/sys/module/<module>/notes/.note.LUO``. The notes of a kernel that does not run
 * are in the vmlinux inside a bzImage, and in an arm64 Image.
 *
 * There are four types of note: one for each version of a kind, one for each field
 * of its newest structure, one for each string that must be the same in two kernels
 * for a handover, and one for each other kind whose structures are part of an object,
 * if the type of no field says so. Readers ignore notes of other types, and the end of a
 * note that is longer than they know. Words are 32 bits in the byte order of the machine;
 * strings are padded with NULs and have at least one.
 */

/**
 * LUO_NOTE_NAME - The name of the notes, "LUO"; their section is .note.LUO.
 */
#define LUO_NOTE_NAME			"LUO"

/**
 * LUO_NOTE_VERSION - The type of &struct luo_note_version, 1.
 */
#define LUO_NOTE_VERSION		1
/**
 * LUO_NOTE_FIELD - The type of &struct luo_note_field, 2.
 */
#define LUO_NOTE_FIELD			2
/**
 * LUO_NOTE_COMPATIBLE - The type of &struct luo_note_compatible, 3.
 */
#define LUO_NOTE_COMPATIBLE		3

/**
 * LUO_NOTE_PART - The type of &struct luo_note_part, 4.
 */
#define LUO_NOTE_PART			4

/**
 * LUO_NOTE_READABLE - Bit 0: the kernel reads the version.
 */
#define LUO_NOTE_READABLE		BIT(0)
/**
 * LUO_NOTE_WRITABLE - Bit 1: the kernel can write the version.
 */
#define LUO_NOTE_WRITABLE		BIT(1)
/**
 * LUO_NOTE_OPTIONAL - Bit 2: a kernel that reads no version ignores the object.
 */
#define LUO_NOTE_OPTIONAL		BIT(2)
/**
 * LUO_NOTE_EXTERNAL - Bit 3: the version is not stored as an object.
 */
#define LUO_NOTE_EXTERNAL		BIT(3)
/**
 * LUO_NOTE_ELEMENT - Bit 4: the version is one of elements (linux/kho/abi/luo_elements.h),
 * which are stored with the objects that have a field that leads to them. A kernel writes
 * only the newest version.
 */
#define LUO_NOTE_ELEMENT		BIT(4)

/**
 * LUO_NOTE_FIELD_LEN - Size of the name of a field, with its NUL: 32 bytes.
 */
#define LUO_NOTE_FIELD_LEN		32
/**
 * LUO_NOTE_WHAT_LEN - Size of the subject of a string, with its NUL: 16 bytes.
 */
#define LUO_NOTE_WHAT_LEN		16

/**
 * struct luo_note_version - A version of a kind.
 * @kind:    The kind.
 * @version: The version.
 * @flags:   LUO_NOTE_*.
 * @size:    Size of its data in bytes, 0 if it is external.
 * @digest:  A number that differs if the layout differs: the sum of
 *           LUO_FIELD_DIGEST() of offset, size and type over its fields.
 */
struct luo_note_version {
	char kind[LUO_OBJECT_KIND_LEN];
	u32 version;
	u32 flags;
	u32 size;
	u32 digest;
};

static_assert(sizeof(struct luo_note_version) == 64);
static_assert(offsetof(struct luo_note_version, kind) == 0);
static_assert(offsetof(struct luo_note_version, version) == 48);
static_assert(offsetof(struct luo_note_version, flags) == 52);
static_assert(offsetof(struct luo_note_version, size) == 56);
static_assert(offsetof(struct luo_note_version, digest) == 60);

/**
 * struct luo_note_field - A field of the newest structure of a kind.
 * @kind:   The kind.
 * @name:   The field, "outer.inner" in a nested structure.
 * @since:  The version that introduced it.
 * @offset: Its offset in bytes.
 * @size:   Its size in bytes.
 * @type:   &enum luo_field_type, and LUO_FIELD_ITEMS() or LUO_LAYOUT_TARGET().
 * @nr_names: In an enum, the smallest number that is larger than each value with a name; in
 *          a mask, the same of bits; else 0. The kernel refuses other values. It is not part
 *          of the digest: kernels with the same newest version have the same values. Older
 *          kernels have notes that end before it.
 */
struct luo_note_field {
	char kind[LUO_OBJECT_KIND_LEN];
	char name[LUO_NOTE_FIELD_LEN];
	u32 since;
	u32 offset;
	u32 size;
	u32 type;
	u32 nr_names;
};

static_assert(sizeof(struct luo_note_field) == 100);
static_assert(offsetof(struct luo_note_field, kind) == 0);
static_assert(offsetof(struct luo_note_field, name) == 48);
static_assert(offsetof(struct luo_note_field, since) == 80);
static_assert(offsetof(struct luo_note_field, offset) == 84);
static_assert(offsetof(struct luo_note_field, size) == 88);
static_assert(offsetof(struct luo_note_field, type) == 92);
static_assert(offsetof(struct luo_note_field, nr_names) == 96);

/**
 * struct luo_note_compatible - A string that two kernels must share.
 * @what:       "kho", "luo", "luo-objects", "page-shift", or "file" for each file
 *              handler.
 * @compatible: The string. Of "page-shift" it is the binary logarithm of the size of a
 *              page in decimal, "12" for 4 KiB.
 */
struct luo_note_compatible {
	char what[LUO_NOTE_WHAT_LEN];
	char compatible[LUO_OBJECT_KIND_LEN];
};

static_assert(sizeof(struct luo_note_compatible) == 64);
static_assert(offsetof(struct luo_note_compatible, what) == 0);
static_assert(offsetof(struct luo_note_compatible, compatible) == 16);

/**
 * struct luo_note_part - A kind whose structures are part of an object.
 * @kind: The kind of the object.
 * @part: The kind of the structures, a kind of elements. A kernel that has no note of it
 *        reads and writes the published version, because such notes are newer than the
 *        structures.
 */
struct luo_note_part {
	char kind[LUO_OBJECT_KIND_LEN];
	char part[LUO_OBJECT_KIND_LEN];
};

static_assert(sizeof(struct luo_note_part) == 96);
static_assert(offsetof(struct luo_note_part, kind) == 0);
static_assert(offsetof(struct luo_note_part, part) == 48);

/**
 * enum luo_field_type - The type of a field of a wire structure.
 * @LUO_FIELD_UNSIGNED: An unsigned integer of 1, 2, 4 or 8 bytes.
 * @LUO_FIELD_SIGNED:   A signed integer of 1, 2, 4 or 8 bytes.
 * @LUO_FIELD_BYTES:    An array of bytes.
 * @LUO_FIELD_ARRAY:    The handle of an array (linux/luo_array.h), 8 bytes, 0
 *                      if there is none.
 * @LUO_FIELD_REFERENCE: The instance of another object, 8 bytes.
 * @LUO_FIELD_RESERVED: Bytes that are zero.
 */
enum luo_field_type {
	LUO_FIELD_UNSIGNED	= 0,
	LUO_FIELD_SIGNED	= 1,
	LUO_FIELD_BYTES		= 2,
	LUO_FIELD_ARRAY		= 3,
	LUO_FIELD_REFERENCE	= 4,
	LUO_FIELD_RESERVED	= 5,
};

/**
 * LUO_FIELD_TYPE - The bits of a type that are &enum luo_field_type.
 */
#define LUO_FIELD_TYPE			0xff

/**
 * LUO_FIELD_ITEMS_SHIFT - The bits of a type from here on are the size of an item in
 * bytes, if the field is an array of numbers, else 0.
 */
#define LUO_FIELD_ITEMS_SHIFT		8

/**
 * LUO_FIELD_ITEMS - Compute these bits.
 * @size: The size of an item in bytes.
 */
#define LUO_FIELD_ITEMS(size)		((u32)(size) << LUO_FIELD_ITEMS_SHIFT)

/**
 * LUO_FIELD_DIGEST - Compute the contribution of a field to the digest of a layout.
 * @offset: Offset of the field in bytes.
 * @size:   Size of the field in bytes.
 * @type:   As in &struct luo_note_field.
 */
#define LUO_FIELD_DIGEST(offset, size, type)				\
	((u32)((offset) + 1) * 0x9e3779b1U ^				\
	 (u32)((size) + 1) * 0x85ebca6bU ^				\
	 (u32)((type) + 1) * 0xc2b2ae35U)

#endif /* _LINUX_KHO_ABI_LUO_NOTE_H */
