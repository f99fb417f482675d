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
 * What a kernel reads and writes can be told from its image, before it runs: in
 * ELF notes with the name %LUO_NOTE_NAME. Those of the running kernel are in
 * ``/sys/kernel/notes``, those of a module in
 * ``/sys/module/<module>/notes/.note.LUO``, and they are in the vmlinux inside
 * of a bzImage and in an arm64 Image.
 *
 * Three types of note: one for each version of a kind, one for each field of
 * its newest structure, and one for each string that has to be the same in two
 * kernels for anything to be handed over. Words are 32 bits in the byte order
 * of the machine; strings are filled up with NULs and have one at least.
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
 * LUO_NOTE_READABLE - Bit 0: the kernel reads the version.
 */
#define LUO_NOTE_READABLE		BIT(0)
/**
 * LUO_NOTE_WRITABLE - Bit 1: the kernel can write the version.
 */
#define LUO_NOTE_WRITABLE		BIT(1)
/**
 * LUO_NOTE_OPTIONAL - Bit 2: a kernel that reads no version goes on without.
 */
#define LUO_NOTE_OPTIONAL		BIT(2)
/**
 * LUO_NOTE_EXTERNAL - Bit 3: the version has a carrier of its own.
 */
#define LUO_NOTE_EXTERNAL		BIT(3)

/**
 * LUO_NOTE_FIELD_LEN - Room for the name of a field, with its NUL: 32 bytes.
 */
#define LUO_NOTE_FIELD_LEN		32
/**
 * LUO_NOTE_WHAT_LEN - Room for what a string is about, with its NUL: 16 bytes.
 */
#define LUO_NOTE_WHAT_LEN		16

/**
 * struct luo_note_version - A version of a kind.
 * @kind:    The kind.
 * @version: The version.
 * @flags:   LUO_NOTE_*.
 * @size:    Size of its data in bytes, 0 where it is external.
 * @digest:  A number that is another one where the layout is: the sum, over its
 *           fields, of what LUO_FIELD_DIGEST() makes of offset, size and type.
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
 * @name:   The field.
 * @since:  The version that introduced it.
 * @offset: Where it is, in bytes.
 * @size:   How long it is, in bytes.
 * @type:   &enum luo_field_type.
 */
struct luo_note_field {
	char kind[LUO_OBJECT_KIND_LEN];
	char name[LUO_NOTE_FIELD_LEN];
	u32 since;
	u32 offset;
	u32 size;
	u32 type;
};

static_assert(sizeof(struct luo_note_field) == 96);
static_assert(offsetof(struct luo_note_field, kind) == 0);
static_assert(offsetof(struct luo_note_field, name) == 48);
static_assert(offsetof(struct luo_note_field, since) == 80);
static_assert(offsetof(struct luo_note_field, offset) == 84);
static_assert(offsetof(struct luo_note_field, size) == 88);
static_assert(offsetof(struct luo_note_field, type) == 92);

/**
 * struct luo_note_compatible - A string that two kernels have to have in common.
 * @what:       "kho", "luo", "luo-objects", or "file" for each file handler.
 * @compatible: The string.
 */
struct luo_note_compatible {
	char what[LUO_NOTE_WHAT_LEN];
	char compatible[LUO_OBJECT_KIND_LEN];
};

static_assert(sizeof(struct luo_note_compatible) == 64);
static_assert(offsetof(struct luo_note_compatible, what) == 0);
static_assert(offsetof(struct luo_note_compatible, compatible) == 16);

/**
 * enum luo_field_type - What a field of a wire structure is.
 * @LUO_FIELD_UNSIGNED: An unsigned integer of 1, 2, 4 or 8 bytes.
 * @LUO_FIELD_SIGNED:   A signed integer of 1, 2, 4 or 8 bytes.
 * @LUO_FIELD_BYTES:    An array of bytes.
 * @LUO_FIELD_ARRAY:    The handle of an array (linux/luo_array.h), 8 bytes, 0
 *                      where there is none.
 * @LUO_FIELD_OBJECT:   The instance of another object, 8 bytes.
 * @LUO_FIELD_RESERVED: Bytes that are zero.
 */
enum luo_field_type {
	LUO_FIELD_UNSIGNED	= 0,
	LUO_FIELD_SIGNED	= 1,
	LUO_FIELD_BYTES		= 2,
	LUO_FIELD_ARRAY		= 3,
	LUO_FIELD_OBJECT	= 4,
	LUO_FIELD_RESERVED	= 5,
};

#endif /* _LINUX_KHO_ABI_LUO_NOTE_H */
