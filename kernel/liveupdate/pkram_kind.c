// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The kinds of PKRAM
 *
 * A node is an object of kind "pkram". The structures in its pool are kinds of elements, as
 * the structures of an array are, although they are found by their addresses: the compiler
 * checks their layouts, which are in the catalogue as parts of a node, and their tables
 * check their values. They change only together with the version of the node.
 *
 * It is called by pkram_node.c, pkram_in.c, pkram_pages.c and pkram_bytes.c. It calls
 * luo_object_field.c.
 */

#define pr_fmt(fmt) "pkram: " fmt

#include <linux/luo_field.h>

#include "luo_object_internal.h"
#include "pkram_internal.h"

#define PKRAM_FIELDS(field, ser)					\
	field(ser, 1, u64, pool)					\
	field(ser, 1, u64, root)					\
	field(ser, 1, string, name)

#define PKRAM_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND(pkram, struct pkram_node_ser, PKRAM_FIELDS, PKRAM_VERSIONS);

struct luo_object_kind *const pkram_node_kind = &pkram_kind;

/* The version of all structures of a node. */
#define PKRAM_PART_VERSION	1
#define PKRAM_PART_VERSIONS(version, kind)				\
	version(kind, 1, element)

#define PKRAM_ROOT_FIELDS(field, ser)					\
	field(ser, 1, u64, objects)					\
	field(ser, 1, u64, nr_objects)					\
	field(ser, 1, u32, finished, .max = 1)				\
	field(ser, 1, u32, crc)

LUO_DEFINE_KIND(pkram_root, struct pkram_root_ser, PKRAM_ROOT_FIELDS,
		PKRAM_PART_VERSIONS);
LUO_NOTE_PART_OF(pkram, pkram_root);

#define PKRAM_OBJECT_FIELDS(field, ser)					\
	field(ser, 1, u64, next)					\
	field(ser, 1, u64, pages)					\
	field(ser, 1, u64, bytes)					\
	field(ser, 1, u64, nr_bytes)					\
	field(ser, 1, reserved, reserved)				\
	field(ser, 1, u32, crc)

LUO_DEFINE_KIND(pkram_object, struct pkram_object_ser, PKRAM_OBJECT_FIELDS,
		PKRAM_PART_VERSIONS);
LUO_NOTE_PART_OF(pkram, pkram_object);

/* The head of a list, which is followed by runs. */
#define PKRAM_PAGES_FIELDS(field, ser)					\
	field(ser, 1, u64, next)					\
	field(ser, 1, u32, nr_runs, .min = 1)				\
	field(ser, 1, u32, crc)

LUO_DEFINE_KIND(pkram_pages, struct pkram_pages_ser, PKRAM_PAGES_FIELDS,
		PKRAM_PART_VERSIONS);
LUO_NOTE_PART_OF(pkram, pkram_pages);

/* Any values, which luo_run_valid() checks together. */
#define PKRAM_RUN_FIELDS(field, ser)					\
	field(ser, 1, u64, where)					\
	field(ser, 1, u64, index)

LUO_DESCRIBE(pkram_run, struct pkram_run_ser, PKRAM_RUN_FIELDS,
	     PKRAM_PART_VERSIONS);
LUO_NOTE_PART_OF(pkram, pkram_run);

/* The head of a chunk, which is followed by bytes. */
#define PKRAM_BYTES_FIELDS(field, ser)					\
	field(ser, 1, u64, next)					\
	field(ser, 1, u32, size, .min = 1)				\
	field(ser, 1, u32, crc)

LUO_DEFINE_KIND(pkram_bytes, struct pkram_bytes_ser, PKRAM_BYTES_FIELDS,
		PKRAM_PART_VERSIONS);
LUO_NOTE_PART_OF(pkram, pkram_bytes);

static bool pkram_kind_valid(const struct luo_object_kind *kind, const void *ser)
{
	return !luo_object_fields_check(kind, PKRAM_PART_VERSION, ser);
}

/**
 * pkram_kind_root_valid - Check the values of a root.
 * @root: The root, whose CRC was checked.
 *
 * Return: true if each field has a valid value. If not, the field is logged, and the same
 * below.
 */
bool pkram_kind_root_valid(const struct pkram_root_ser *root)
{
	return pkram_kind_valid(&pkram_root_kind, root);
}

/**
 * pkram_kind_object_valid - Check the values of an object of a node.
 * @object: The object, whose CRC was checked.
 *
 * Return: true if each field has a valid value.
 */
bool pkram_kind_object_valid(const struct pkram_object_ser *object)
{
	return pkram_kind_valid(&pkram_object_kind, object);
}

/**
 * pkram_kind_pages_valid - Check the values of the head of a list of runs.
 * @block: The list.
 *
 * Return: true if each field has a valid value.
 */
bool pkram_kind_pages_valid(const struct pkram_pages_ser *block)
{
	return pkram_kind_valid(&pkram_pages_kind, block);
}

/**
 * pkram_kind_bytes_valid - Check the values of a chunk of bytes.
 * @chunk: The chunk, whose CRC was checked.
 *
 * Return: true if each field has a valid value.
 */
bool pkram_kind_bytes_valid(const struct pkram_bytes_ser *chunk)
{
	return pkram_kind_valid(&pkram_bytes_kind, chunk);
}
