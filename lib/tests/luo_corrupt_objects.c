// SPDX-License-Identifier: GPL-2.0
/* The structures of objects, and their arrays. */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/kho/abi/luo_memfd.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/kho/abi/luo_tmpfs.h>
#include <linux/libfdt.h>
#include <linux/luo_field.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "luo_corrupt.h"

static void luo_corrupt_seal_record(const struct luo_corrupt_spot *spot)
{
	spot->record->crc = luo_object_table_record_crc(spot->record);
}

static void luo_corrupt_seal_data(const struct luo_corrupt_spot *spot)
{
	spot->record->data_crc = crc32c(~0, luo_object_table_record_data(spot->record),
					spot->record->size);
	luo_corrupt_seal_record(spot);
}

static void luo_corrupt_seal_block(const struct luo_corrupt_spot *spot)
{
	struct luo_object_block_ser *block = spot->mem;

	block->crc = luo_object_table_block_crc(block);
}

static void luo_corrupt_seal_pool(const struct luo_corrupt_spot *spot)
{
	struct luo_pool_block_ser *block = spot->mem;

	block->crc = crc32c(~0, block, offsetof(struct luo_pool_block_ser, crc));
}

static void luo_corrupt_seal_array(const struct luo_corrupt_spot *spot)
{
	struct luo_array_block_ser *block = spot->mem;
	struct luo_array_block_ser copy = *block;
	u32 nr_runs = min_t(u32, block->nr_runs, LUO_ARRAY_RUNS_PER_BLOCK);

	copy.data_crc = 0;
	copy.crc = 0;
	block->crc = crc32c(crc32c(~0, &copy, sizeof(copy)), block->runs,
			    nr_runs * sizeof(block->runs[0]));
}

/* The elements of an array, or those in its first run. */
static void *luo_corrupt_elements(struct luo_array_block_ser *block)
{
	return block->nr_runs ?
	       phys_to_virt(block->runs[0] & ~LUO_ARRAY_RUN_ORDER) : block + 1;
}

static void luo_corrupt_seal_elements(const struct luo_corrupt_spot *spot)
{
	struct luo_array_block_ser *block = phys_to_virt(spot->handle);

	block->data_crc = crc32c(~0, luo_corrupt_elements(block),
				 block->count * block->element_size);
}

static int luo_corrupt_record(struct luo_corrupt_spot *spot, unsigned int nr)
{
	spot->mem = spot->record;
	spot->seal = luo_corrupt_seal_record;

	return spot->mem ? 0 : -ENOENT;
}

/* The data of the record. */
int luo_corrupt_data(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record)
		return -ENOENT;

	spot->mem = luo_object_table_record_data(spot->record);
	spot->seal = luo_corrupt_seal_data;

	return 0;
}

static int luo_corrupt_pool(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record)
		return -ENOENT;

	spot->mem = luo_pool_block(luo_object_table_record_data(spot->record));
	spot->seal = luo_corrupt_seal_pool;

	return 0;
}

static int luo_corrupt_block(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_object_block_ser *block;

	if (!spot->table)
		return -ENOENT;

	luo_object_for_each_block(spot->table, block) {
		if (nr--)
			continue;
		spot->mem = block;
		spot->seal = luo_corrupt_seal_block;
		return 0;
	}

	return -ENOENT;
}

/* The first block of a kind, as the list of kinds has it. */
static int luo_corrupt_first(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const void *fdt = luo_objects_out.fdt;

	if (!spot->table || !fdt)
		return -ENOENT;

	spot->mem = (void *)fdt_getprop(fdt, fdt_subnode_offset(fdt, 0,
						spot->table->kind),
					LUO_OBJECTS_PROP_FIRST_BLOCK, NULL);

	return spot->mem ? 0 : -ENOENT;
}

static int luo_corrupt_fdt(struct luo_corrupt_spot *spot, unsigned int nr)
{
	spot->mem = luo_objects_out.fdt;

	return spot->mem ? 0 : -ENOENT;
}

/*
 * The offset of the handle in an object: of its first elements, or after @skip others, if it
 * has any by the fields of its kind. An object of the test driver begins with a handle.
 */
static u32 luo_corrupt_handle_offset(const char *name, unsigned int skip)
{
	const struct luo_object_kind *kind;
	unsigned int i;

	lockdep_assert_held(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (strcmp(kind->name, name))
			continue;
		for (i = 0; i < kind->nr_fields; i++) {
			if (kind->fields[i].form == LUO_FORM_ELEMENTS && !skip--)
				return kind->fields[i].offset;
		}
	}

	return 0;
}

/* The extents of a memfd or of a tree, or the elements of another object. */
static u64 luo_corrupt_handle(const struct luo_corrupt_spot *spot)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);
	const struct luo_memfd_ser_v1 *v1;

	if (!spot->record)
		return 0;
	if (tree)
		return tree->extents;

	v1 = luo_object_table_record_data(spot->record);
	if (!strcmp(spot->table->kind, LUO_MEMFD_KIND))
		return v1->extents;

	return *(u64 *)((void *)v1 + luo_corrupt_handle_offset(spot->table->kind, 0));
}

static int luo_corrupt_array(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_array_block_ser *block;
	u64 address = luo_corrupt_handle(spot);

	spot->seal = luo_corrupt_seal_array;
	for (; address; address = block->next) {
		block = phys_to_virt(address);
		spot->mem = block;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* An element in the first run of an array. */
int luo_corrupt_element(struct luo_corrupt_spot *spot, u64 handle, unsigned int nr)
{
	struct luo_array_block_ser *block;

	if (!handle)
		return -ENOENT;

	block = phys_to_virt(handle);
	spot->handle = handle;
	spot->seal = luo_corrupt_seal_elements;
	spot->mem = luo_corrupt_elements(block) + nr * block->element_size;

	return nr < block->count ? 0 : -ENOENT;
}

/* An extent of a memfd or of a tree, or an element of another object. */
int luo_corrupt_extent(struct luo_corrupt_spot *spot, unsigned int nr)
{
	return luo_corrupt_element(spot, luo_corrupt_handle(spot), nr);
}

/* An element of the second elements of an object. */
static int luo_corrupt_element2(struct luo_corrupt_spot *spot, unsigned int nr)
{
	u32 offset;

	if (!spot->record)
		return -ENOENT;

	offset = luo_corrupt_handle_offset(spot->table->kind, 1);
	if (!offset)
		return -ENOENT;

	return luo_corrupt_element(spot,
				   *(u64 *)(luo_object_table_record_data(spot->record) + offset),
				   nr);
}

static const struct luo_corrupt_place luo_corrupt_objects_places[] = {
	{ "record", luo_corrupt_record },
	{ "data", luo_corrupt_data },
	{ "pool", luo_corrupt_pool },
	{ "block", luo_corrupt_block },
	{ "first", luo_corrupt_first },
	{ "fdt", luo_corrupt_fdt },
	{ "array", luo_corrupt_array },
	{ "element", luo_corrupt_extent },
	{ "element2", luo_corrupt_element2 },
};

static const struct luo_corrupt_field luo_corrupt_objects_fields[] = {
	FIELD(record, luo_object_record_ser, instance),
	FIELD(record, luo_object_record_ser, address),
	FIELD(record, luo_object_record_ser, size),
	FIELD(record, luo_object_record_ser, version),
	FIELD(record, luo_object_record_ser, flags),
	FIELD(record, luo_object_record_ser, data_crc),
	FIELD(record, luo_object_record_ser, crc),
	FIELD(block, luo_object_block_ser, self),
	FIELD(block, luo_object_block_ser, next),
	FIELD(block, luo_object_block_ser, magic),
	FIELD(block, luo_object_block_ser, sequence),
	FIELD(block, luo_object_block_ser, kind_crc),
	FIELD(block, luo_object_block_ser, crc),
	ELEMENT(first, "address", 0, BIG_ENDIAN),
	FIELD(pool, luo_pool_block_ser, self),
	FIELD(pool, luo_pool_block_ser, magic),
	FIELD(pool, luo_pool_block_ser, order),
	FIELD(pool, luo_pool_block_ser, next),
	FIELD(array, luo_array_block_ser, self),
	FIELD(array, luo_array_block_ser, next),
	FIELD(array, luo_array_block_ser, count),
	FIELD(array, luo_array_block_ser, element_size),
	FIELD(array, luo_array_block_ser, magic),
	FIELD(array, luo_array_block_ser, sequence),
	FIELD(array, luo_array_block_ser, nr_runs),
	FIELD(array, luo_array_block_ser, data_crc),
	FIELD(array, luo_array_block_ser, crc),
	ELEMENT(array, "run", offsetof(struct luo_array_block_ser, runs),
		ARRAY_RUN),
	ELEMENT(array, "run2", offsetof(struct luo_array_block_ser, runs) + 8,
		ARRAY_RUN),
};

const struct luo_corrupt_part luo_corrupt_objects_part =
	LUO_CORRUPT_PART(luo_corrupt_objects_places, luo_corrupt_objects_fields);
