/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_OBJECT_H
#define _LINUX_KHO_ABI_LUO_OBJECT_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Versioned object ABI
 *
 * Versioned objects cross a kexec under one KHO subtree, %LUO_OBJECTS_SUBTREE.
 * Its blob is a flattened device tree (FDT)::
 *
 *   / {
 *       compatible = "luo-objects-v1";
 *       memfd {
 *           first-block = <u64 physical address, big endian as FDT cells are>;
 *       };
 *       pkram {
 *           first-block = <...>;
 *       };
 *   };
 *
 * There are no other properties, and no nodes below the kinds; a reader treats a
 * tree that has any as corrupt. The subtree is published at boot, at first without
 * kinds, and a kind may have a table without records. Each subnode is a kind. Its
 * name is a letter, followed by letters, digits and ``-_.+``. ``first-block`` is the
 * address of the kind's table: a chain of pages, each a &struct luo_object_block_ser
 * followed by %LUO_OBJECT_RECORDS_PER_BLOCK slots of &struct luo_object_record_ser.
 * A slot whose flags lack %LUO_OBJECT_RECORD_PRESENT is free; its other fields have
 * no meaning.
 *
 * A record names one version of one object and points at its data, which lies
 * in a pool block: one or more pages that begin with a
 * &struct luo_pool_block_ser and hold the data of one or many objects.
 *
 * All integers but those in the FDT are in the byte order of the machine, which
 * KHO does not let change over a kexec. Every physical address is that of
 * memory preserved by KHO with a folio key. CRCs are crc32c() seeded with ~0.
 *
 * A kexec may stop another CPU in the middle of an update, and must not corrupt more
 * than the object that this CPU was storing. Therefore no CRC covers a field that
 * changes after it was published: a block's @next is checked by the block that it
 * leads to, and each record has its own CRC.
 *
 * This is a contract. The layout of a version named here never changes; a new
 * layout is a new compatible string, or a new version of a kind.
 */

/**
 * LUO_OBJECTS_SUBTREE - The name of the KHO subtree, "luo-objects".
 */
#define LUO_OBJECTS_SUBTREE		"luo-objects"

/**
 * LUO_OBJECTS_COMPATIBLE - The compatible string of the FDT's root,
 * "luo-objects-v1".
 */
#define LUO_OBJECTS_COMPATIBLE		"luo-objects-v1"

/**
 * LUO_OBJECTS_PROP_FIRST_BLOCK - A kind's first block, "first-block", 64 bits.
 */
#define LUO_OBJECTS_PROP_FIRST_BLOCK	"first-block"

/**
 * LUO_OBJECT_KIND_LEN - Size of the name of a kind, with its NUL: 48 bytes.
 */
#define LUO_OBJECT_KIND_LEN		48

/**
 * LUO_OBJECT_SIZE_MAX - The largest data of one version of an object, 64 KiB.
 */
#define LUO_OBJECT_SIZE_MAX		0x10000

/**
 * LUO_OBJECT_VERSIONS_MAX - The largest number of versions of one object, 64. A
 * reader treats any further record of that object as corrupt.
 */
#define LUO_OBJECT_VERSIONS_MAX		64

/**
 * LUO_OBJECT_VERSION_SUBSECTIONS - Bit 15 of the version of a record: the object has a
 * mandatory subsection. A kernel that does not know subsections has no version with
 * this number, so it does not load the object.
 *
 * A subsection is an object of kind "<kind>.<subsection>" with the same instance. Kinds
 * that are not subsections have no dot in their names. It is mandatory if its records
 * lack %LUO_OBJECT_RECORD_OPTIONAL.
 */
#define LUO_OBJECT_VERSION_SUBSECTIONS	0x8000U

/**
 * LUO_OBJECT_RECORD_PRESENT - Bit 0: the slot holds a record.
 */
#define LUO_OBJECT_RECORD_PRESENT	BIT(0)

/**
 * LUO_OBJECT_RECORD_OPTIONAL - Bit 1: a kernel that reads no version of the object
 * continues as if it had not been stored.
 */
#define LUO_OBJECT_RECORD_OPTIONAL	BIT(1)

#define LUO_OBJECT_RECORD_FLAGS						\
	(LUO_OBJECT_RECORD_PRESENT | LUO_OBJECT_RECORD_OPTIONAL)

/**
 * struct luo_object_record_ser - One version of one object.
 * @instance: Number of the object within the kind.
 * @address:  Physical address of the data, 8-byte aligned.
 * @size:     Size of the data in bytes, 1 to %LUO_OBJECT_SIZE_MAX.
 * @version:  Version that the data is in, with %LUO_OBJECT_VERSION_SUBSECTIONS.
 * @flags:    LUO_OBJECT_RECORD_*; the other bits are zero.
 * @data_crc: CRC of the data.
 * @crc:      CRC of the fields above.
 */
struct luo_object_record_ser {
	u64 instance;
	u64 address;
	u32 size;
	u16 version;
	u16 flags;
	u32 data_crc;
	u32 crc;
};

static_assert(sizeof(struct luo_object_record_ser) == 32);
static_assert(offsetof(struct luo_object_record_ser, instance) == 0);
static_assert(offsetof(struct luo_object_record_ser, address) == 8);
static_assert(offsetof(struct luo_object_record_ser, size) == 16);
static_assert(offsetof(struct luo_object_record_ser, version) == 20);
static_assert(offsetof(struct luo_object_record_ser, flags) == 22);
static_assert(offsetof(struct luo_object_record_ser, data_crc) == 24);
static_assert(offsetof(struct luo_object_record_ser, crc) == 28);

/**
 * LUO_OBJECT_BLOCK_MAGIC - "LUOB" in little endian.
 */
#define LUO_OBJECT_BLOCK_MAGIC		0x424f554c

/**
 * struct luo_object_block_ser - The head of one page of a kind's table.
 * @self:     Physical address of this block.
 * @next:     Physical address of the next block, 0 in the last. @crc does not cover
 *            it.
 * @magic:    %LUO_OBJECT_BLOCK_MAGIC.
 * @sequence: 0 in the first block, one more in each next one, so that a reader
 *            detects a loop.
 * @kind_crc: CRC of the name of the kind, without its NUL.
 * @crc:      CRC of this header with @next and @crc taken as zero.
 */
struct luo_object_block_ser {
	u64 self;
	u64 next;
	u32 magic;
	u32 sequence;
	u32 kind_crc;
	u32 crc;
};

static_assert(sizeof(struct luo_object_block_ser) == 32);
static_assert(offsetof(struct luo_object_block_ser, self) == 0);
static_assert(offsetof(struct luo_object_block_ser, next) == 8);
static_assert(offsetof(struct luo_object_block_ser, magic) == 16);
static_assert(offsetof(struct luo_object_block_ser, sequence) == 20);
static_assert(offsetof(struct luo_object_block_ser, kind_crc) == 24);
static_assert(offsetof(struct luo_object_block_ser, crc) == 28);

/**
 * LUO_OBJECT_RECORDS_PER_BLOCK - Slots in one page of a kind's table,
 * 127 in 4 KiB.
 */
#define LUO_OBJECT_RECORDS_PER_BLOCK					\
	((PAGE_SIZE - sizeof(struct luo_object_block_ser)) /		\
	 sizeof(struct luo_object_record_ser))

#endif /* _LINUX_KHO_ABI_LUO_OBJECT_H */
