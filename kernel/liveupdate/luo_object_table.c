// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The table of one kind
 *
 * A table is a chain of pages with fixed-size records, and an index of them. The
 * records are those of objects for the next kernel, in preserved pages, or those of
 * the previous kernel, in checked copies of its pages.
 *
 * Callers hold the lock of the set. It calls luo_index.c.
 */

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

/**
 * luo_object_table_record_crc - Compute the CRC of a record.
 * @record: The record.
 *
 * Return: The value that @record->crc must have.
 */
u32 luo_object_table_record_crc(const struct luo_object_record_ser *record)
{
	return crc32c(~0, record, offsetof(struct luo_object_record_ser, crc));
}

/**
 * luo_object_table_block_crc - Compute the CRC of the head of a block.
 * @block: The block.
 *
 * Return: The value that @block->crc must have.
 */
u32 luo_object_table_block_crc(const struct luo_object_block_ser *block)
{
	struct luo_object_block_ser copy = *block;

	copy.next = 0;
	copy.crc = 0;

	return crc32c(~0, &copy, sizeof(copy));
}

/**
 * luo_object_table_kind_crc - Compute the CRC by which preserved memory names a kind.
 * @kind: Name of the kind.
 *
 * Return: The CRC of the name.
 */
u32 luo_object_table_kind_crc(const char *kind)
{
	return crc32c(~0, kind, strlen(kind));
}

/**
 * luo_object_table_record_data - Get the data of a record.
 * @record: A record of this kernel, or one that was checked.
 *
 * Return: The data.
 */
void *luo_object_table_record_data(const struct luo_object_record_ser *record)
{
	return phys_to_virt(record->address);
}

/**
 * luo_object_next_block - Get the next block of a chain.
 * @block: A block of this kernel, or one that was claimed.
 *
 * Return: The next block, or NULL.
 */
struct luo_object_block_ser *
luo_object_next_block(const struct luo_object_block_ser *block)
{
	return block->next ? phys_to_virt(block->next) : NULL;
}

/**
 * luo_object_table_create - Create the table of a kind.
 * @kind: Its name, shorter than %LUO_OBJECT_KIND_LEN. Copied.
 * @gfp:  Allocation mask.
 *
 * Return: A table without blocks, in no list; NULL if there is no memory.
 */
struct luo_object_table *luo_object_table_create(const char *kind, gfp_t gfp)
{
	struct luo_object_table *table = kzalloc_obj(*table, gfp);

	if (!table)
		return NULL;

	INIT_LIST_HEAD(&table->list);
	strscpy(table->kind, kind, sizeof(table->kind));
	table->kind_crc = luo_object_table_kind_crc(kind);

	return table;
}

/**
 * luo_object_table_find - Find the table of a kind.
 * @tables: List of tables.
 * @kind:   Name of the kind.
 *
 * Return: The table, or NULL.
 */
struct luo_object_table *luo_object_table_find(struct list_head *tables,
					       const char *kind)
{
	struct luo_object_table *table;

	list_for_each_entry(table, tables, list) {
		if (!strcmp(table->kind, kind))
			return table;
	}

	return NULL;
}

/**
 * luo_object_table_destroy - Free a table and its blocks.
 * @table: The table. Its records are lost.
 * @free:  Frees one block.
 */
void luo_object_table_destroy(struct luo_object_table *table,
			      void (*free)(void *mem, unsigned int order))
{
	luo_object_table_free_blocks(table->first, free);
	luo_index_destroy(&table->index);
	list_del(&table->list);
	kfree(table);
}

/**
 * luo_object_table_full - Check whether another record needs another block.
 * @table: The table.
 *
 * Return: true if luo_object_table_slot() would have no slot.
 */
bool luo_object_table_full(const struct luo_object_table *table)
{
	return !table->free &&
	       (!table->last || table->nr_used == LUO_OBJECT_RECORDS_PER_BLOCK);
}

/**
 * luo_object_table_add_block - Append a block.
 * @table: The table, which is luo_object_table_full().
 * @block: A zeroed preserved page. The table owns it when the call returns.
 */
void luo_object_table_add_block(struct luo_object_table *table,
				struct luo_object_block_ser *block)
{
	block->self = virt_to_phys(block);
	block->magic = LUO_OBJECT_BLOCK_MAGIC;
	block->sequence = table->last ? table->last->sequence + 1 : 0;
	block->kind_crc = table->kind_crc;
	block->crc = luo_object_table_block_crc(block);

	/* A kexec may stop this CPU here: complete the block before linking it. */
	smp_wmb();
	if (table->last)
		WRITE_ONCE(table->last->next, block->self);
	else
		table->first = block;
	table->last = block;
	table->nr_used = 0;
}

/**
 * luo_object_table_reset - Unlink all blocks but the first.
 * @table: A table with blocks and without records.
 *
 * The first block stays because the list of kinds refers to it.
 *
 * Return: The second block, NULL if there is none. The caller frees the chain.
 */
struct luo_object_block_ser *
luo_object_table_reset(struct luo_object_table *table)
{
	struct luo_object_block_ser *second = luo_object_next_block(table->first);

	WRITE_ONCE(table->first->next, 0);
	table->last = table->first;
	table->nr_used = 0;
	table->free = NULL;

	return second;
}

/**
 * luo_object_table_free_blocks - Free a chain of blocks.
 * @block: The first one, or NULL.
 * @free:  Frees one block.
 */
void luo_object_table_free_blocks(struct luo_object_block_ser *block,
				  void (*free)(void *mem, unsigned int order))
{
	struct luo_object_block_ser *next;

	for (; block; block = next) {
		next = luo_object_next_block(block);
		free(block, 0);
	}
}

/**
 * luo_object_table_slot - Allocate a slot.
 * @table: The table, not luo_object_table_full().
 *
 * Return: A slot without %LUO_OBJECT_RECORD_PRESENT.
 */
struct luo_object_record_ser *
luo_object_table_slot(struct luo_object_table *table)
{
	struct luo_object_record_ser *record = table->free;

	if (record) {
		table->free = record->address ?
			      phys_to_virt(record->address) : NULL;
		return record;
	}

	return luo_object_block_records(table->last) + table->nr_used++;
}

/**
 * luo_object_table_free_slot - Free a slot.
 * @table:  The table.
 * @record: The slot. Its record must not be in the index.
 */
void luo_object_table_free_slot(struct luo_object_table *table,
				struct luo_object_record_ser *record)
{
	WRITE_ONCE(record->flags, 0);
	record->address = table->free ? virt_to_phys(table->free) : 0;
	table->free = record;
}

/**
 * luo_object_table_check - Check whether a version of an object can be added.
 * @table:    The table.
 * @instance: The object.
 * @version:  The version.
 *
 * The versions of an object have the same number in the index, so a lookup of one
 * may probe past all others. The limit bounds that.
 *
 * Return: 0; -EEXIST if the version is stored already; -E2BIG if the object has
 * %LUO_OBJECT_VERSIONS_MAX versions already.
 */
int luo_object_table_check(const struct luo_object_table *table, u64 instance,
			   u32 version)
{
	struct luo_object_record_ser *record;
	unsigned long cursor;
	unsigned int nr = 0;

	luo_index_for_each(&table->index, instance, cursor, record) {
		if (record->version == version)
			return -EEXIST;
		nr++;
	}

	return nr < LUO_OBJECT_VERSIONS_MAX ? 0 : -E2BIG;
}

/**
 * luo_object_table_record - Find one version of an object.
 * @table:    The table.
 * @instance: The object.
 * @version:  The version.
 *
 * Return: The record, or NULL.
 */
struct luo_object_record_ser *
luo_object_table_record(const struct luo_object_table *table, u64 instance,
			u32 version)
{
	struct luo_object_record_ser *record;
	unsigned long cursor;

	luo_index_for_each(&table->index, instance, cursor, record) {
		if (record->version == version)
			return record;
	}

	return NULL;
}

/**
 * luo_object_table_any - Find any version of an object.
 * @table:    The table.
 * @instance: The object.
 *
 * Return: A record, or NULL if there is none.
 */
struct luo_object_record_ser *
luo_object_table_any(const struct luo_object_table *table, u64 instance)
{
	unsigned long cursor = 0;

	return (void *)luo_index_next(&table->index, instance, &cursor);
}
