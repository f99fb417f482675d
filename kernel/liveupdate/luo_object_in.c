// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects of the previous kernel
 *
 * Reads the objects of the previous kernel, which may be older, newer or broken.
 * An address is used only after it was checked: it must be preserved memory, the
 * structure there must contain its own address, and its CRC must match. A corrupt
 * structure is skipped and logged, and the rest is used. Corruption of one kind does
 * not change the result of a call for another kind.
 *
 * Memory is copied before it is checked, and only the copy is used. The copies of
 * the list of kinds and of the tables replace the originals, which are freed at once.
 * The data of an object stays in place and is copied by each read.
 *
 * The first call reads the list of kinds and the tables. The first call for a kind
 * indexes the records of that kind. The pages with an object's data are claimed when
 * its record is indexed, and freed when the last object in them is finished.
 *
 * The other files of the object core call it, and PKRAM. It calls luo_object_fdt.c,
 * luo_object_table.c, luo_object_layout.c, luo_pool_in.c and the handover.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <trace/events/luo.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

static int luo_object_in_add_kind(void *context, const char *kind, u64 first)
{
	struct luo_object_in *in = context;
	struct luo_object_table *table;

	if (luo_object_table_find(&in->tables, kind)) {
		in->damaged = true;
		return 0;
	}

	table = luo_object_table_create(kind, GFP_KERNEL);
	if (!table)
		return -ENOMEM;

	table->address = first;
	list_add_tail(&table->list, &in->tables);

	return 0;
}

static bool luo_object_block_valid(const struct luo_object_block_ser *block,
				   u64 address, u32 sequence)
{
	return block->self == address && block->magic == LUO_OBJECT_BLOCK_MAGIC &&
	       block->sequence == sequence &&
	       block->crc == luo_object_table_block_crc(block);
}

static void luo_object_in_free_block(void *mem, unsigned int order)
{
	free_page((unsigned long)mem);
}

/*
 * Copy one block, check the copy, and free the original. DMA that the previous kernel
 * did not stop may still change the original, so it is not read after the copy.
 */
static int luo_object_in_read_block(struct luo_object_in *in,
				    struct luo_object_table *table,
				    u32 sequence)
{
	const u64 address = table->address;
	struct luo_object_block_ser *block;
	void *mem;

	if (luo_handover_order(address) != 0)
		return -EBADMSG;

	block = (void *)__get_free_page(GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	memcpy(block, phys_to_virt(address), PAGE_SIZE);

	if (!luo_object_block_valid(block, address, sequence))
		goto err_damaged;

	/* A valid block of another kind: the name in the list of kinds is corrupt. */
	if (block->kind_crc != table->kind_crc) {
		table->kind_crc = block->kind_crc;
		goto err_damaged;
	}

	mem = luo_handover_claim(address, 0);
	if (!mem)
		goto err_damaged;
	luo_handover_release(mem, 0);

	table->address = block->next;
	block->next = 0;
	if (table->last)
		table->last->next = virt_to_phys(block);
	else
		table->first = block;
	table->last = block;

	return 0;

err_damaged:
	luo_object_in_free_block(block, 0);

	return -EBADMSG;
}

/* Read blocks up to the first corrupt one. After -ENOMEM, continue the chain. */
static int luo_object_in_read_blocks(struct luo_object_in *in,
				     struct luo_object_table *table)
{
	u32 sequence;
	int err;

	if (table->damaged)
		return 0;

	while (!table->last || table->address) {
		sequence = table->last ? table->last->sequence + 1 : 0;
		err = luo_object_in_read_block(in, table, sequence);
		if (err == -EBADMSG) {
			pr_warn("kind %s: block %u is damaged, the objects from there on are lost\n",
				table->kind, sequence);
			table->damaged = true;
			break;
		}
		if (err)
			return err;
		cond_resched();
	}
	table->scanned = table->first;

	return 0;
}

/* Read the list of kinds from a copy, and free the original. */
static int luo_object_in_read_list(struct luo_object_in *in, u64 address,
				   unsigned int order)
{
	const size_t size = PAGE_SIZE << order;
	struct luo_object_table *table, *next;
	void *mem;
	int err;

	void *fdt __free(kvfree) = kvmalloc(size, GFP_KERNEL);
	if (!fdt)
		return -ENOMEM;

	memcpy(fdt, phys_to_virt(address), size);
	err = luo_object_fdt_read_kinds(fdt, size, luo_object_in_add_kind, in);
	if (err && err != -EBADMSG) {
		list_for_each_entry_safe(table, next, &in->tables, list)
			luo_object_table_destroy(table, NULL);
		return err;
	}

	mem = luo_handover_claim(address, order);
	if (mem)
		luo_handover_release(mem, order);

	return err;
}

static int luo_object_in_find_list(struct luo_object_in *in)
{
	size_t size;
	u64 address;
	int order, err;

	err = luo_handover_find(&address, &size);
	if (err)
		return err;

	/* The list is one allocation of the page allocator. */
	order = luo_handover_order(address);
	if (order < 0 || order > MAX_PAGE_ORDER || size > PAGE_SIZE << order)
		return -EBADMSG;

	/* Ignore @size: earlier versions of this code may have passed a wrong one. */
	return luo_object_in_read_list(in, address, order);
}

static int luo_object_in_read_kinds(struct luo_object_in *in)
{
	struct luo_object_table *table;
	int err;

	if (in->read)
		return in->err;

	if (!in->listed) {
		err = luo_object_in_find_list(in);
		if (err == -ENOMEM)
			return err;
		if (err && err != -ENOENT) {
			pr_warn("the list of kinds from the previous kernel is damaged\n");
			in->damaged = true;
			err = list_empty(&in->tables) ? err : 0;
		}
		in->listed = true;
		in->err = err;
	}

	list_for_each_entry(table, &in->tables, list) {
		err = luo_object_in_read_blocks(in, table);
		if (err)
			return err;
	}
	in->read = true;

	return in->err;
}

static bool luo_object_record_valid(const struct luo_object_record_ser *record)
{
	return record->crc == luo_object_table_record_crc(record) &&
	       !(record->flags & ~LUO_OBJECT_RECORD_FLAGS) && record->size &&
	       record->size <= LUO_OBJECT_SIZE_MAX;
}

/* Index a record. Return -EBADMSG if it is corrupt, so that the caller skips it. */
static int luo_object_in_index_record(struct luo_object_in *in,
				      struct luo_object_table *table,
				      struct luo_object_record_ser *record)
{
	int err;

	if (!luo_object_record_valid(record) ||
	    luo_object_table_check(table, record->instance, record->version))
		return -EBADMSG;

	err = luo_index_add(&table->index, &record->instance, GFP_KERNEL);
	if (err)
		return err;

	/* Keep this the last step: luo_pool_in_put() to undo it may free the data. */
	err = luo_pool_in_get(&in->pool, record->address, record->size);
	if (err) {
		luo_index_del(&table->index, &record->instance);
		return err;
	}
	table->nr_records++;

	return 0;
}

/* Skip a corrupt record and log it. The first one of a kind is not rate limited. */
static void luo_object_in_skip_record(struct luo_object_table *table,
				      struct luo_object_record_ser *record)
{
	if (!table->damaged)
		pr_warn("kind %s: record %u of block %u is damaged\n",
			table->kind, table->nr_scanned,
			table->scanned->sequence);
	else
		pr_warn_ratelimited("kind %s: record %u of block %u is damaged\n",
				    table->kind, table->nr_scanned,
				    table->scanned->sequence);
	record->flags = 0;
	table->damaged = true;
}

/* Index the records of a kind. After -ENOMEM, continue at the same record. */
static int luo_object_in_index(struct luo_object_in *in,
			       struct luo_object_table *table)
{
	struct luo_object_record_ser *record;
	int err;

	for (; table->scanned; table->nr_scanned = 0,
	     table->scanned = luo_object_next_block(table->scanned)) {
		for (; table->nr_scanned < LUO_OBJECT_RECORDS_PER_BLOCK;
		     table->nr_scanned++) {
			record = luo_object_block_records(table->scanned) +
				 table->nr_scanned;
			if (!(record->flags & LUO_OBJECT_RECORD_PRESENT))
				continue;

			err = luo_object_in_index_record(in, table, record);
			if (!err)
				continue;
			if (err != -EBADMSG)
				return err;

			luo_object_in_skip_record(table, record);
		}
		cond_resched();
	}

	return 0;
}

/**
 * luo_object_in_free_empty - Free the memory of a kind that has no objects.
 * @in:    The set.
 * @table: The table of the kind. Not valid any more if the call returns true.
 *
 * Keeps the name of a corrupt kind, because an object of it that is not found may have
 * been stored.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 * Return: true if the kind has no objects.
 */
bool luo_object_in_free_empty(struct luo_object_in *in,
			      struct luo_object_table *table)
{
	if (table->nr_records || table->scanned)
		return false;

	if (table->damaged) {
		luo_object_table_free_blocks(table->first, luo_object_in_free_block);
		table->first = NULL;
		table->last = NULL;
		luo_index_destroy(&table->index);
		list_move_tail(&table->list, &in->lost);
	} else {
		luo_object_table_destroy(table, luo_object_in_free_block);
	}
	if (list_empty(&in->tables))
		luo_pool_in_forget(&in->pool);

	return true;
}

/**
 * luo_object_in_read_all - Read the records of all kinds.
 * @in: The set.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 * Return: 0; -ENOENT if there is no list of kinds; -EBADMSG if all of it is corrupt;
 * -ENOMEM if there is no memory, in which case the caller may retry.
 */
int luo_object_in_read_all(struct luo_object_in *in)
{
	struct luo_object_table *table, *next;
	int err;

	lockdep_assert_held(&in->lock);

	err = luo_object_in_read_kinds(in);
	if (err)
		return err;

	list_for_each_entry_safe(table, next, &in->tables, list) {
		err = luo_object_in_index(in, table);
		if (err)
			return err;
		luo_object_in_free_empty(in, table);
	}

	return 0;
}

/**
 * luo_object_in_table - Get the table of a kind.
 * @in:     The set.
 * @kind:   The kind.
 * @tablep: Set to its table, or to NULL if there is no object of it.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 * Return: 0 or a negative errno, see luo_object_in_read_all().
 */
int luo_object_in_table(struct luo_object_in *in, const char *kind,
			struct luo_object_table **tablep)
{
	int err;

	lockdep_assert_held(&in->lock);

	err = luo_object_in_read_kinds(in);
	if (err)
		return err;

	*tablep = luo_object_table_find(&in->tables, kind);
	if (!*tablep)
		return 0;

	err = luo_object_in_index(in, *tablep);
	if (err)
		return err;

	if (luo_object_in_free_empty(in, *tablep))
		*tablep = NULL;

	return 0;
}

/* Check for a corrupt table of a kind. Compare CRCs too: the name may be corrupt. */
static bool luo_object_in_lost(const struct list_head *tables, const char *kind,
			       u32 kind_crc)
{
	const struct luo_object_table *table;

	list_for_each_entry(table, tables, list) {
		if (table->damaged && (table->kind_crc == kind_crc ||
				       !strcmp(table->kind, kind)))
			return true;
	}

	return false;
}

/**
 * luo_object_in_damaged - Check whether records of a kind are corrupt.
 * @in:    The set.
 * @table: The table of the kind, NULL if luo_object_in_table() has found none.
 * @kind:  The kind.
 *
 * Context: The lock of @in is held.
 * Return: true if an object of the kind that is not found may have been stored.
 */
bool luo_object_in_damaged(const struct luo_object_in *in,
			   const struct luo_object_table *table, const char *kind)
{
	const u32 kind_crc = luo_object_table_kind_crc(kind);

	return table ? table->damaged :
	       luo_object_in_lost(&in->tables, kind, kind_crc) ||
	       luo_object_in_lost(&in->lost, kind, kind_crc);
}

/*
 * Return -ENOENT if an object was never stored, -EBADMSG if it may have been lost:
 * its kind or the list of kinds is corrupt.
 */
static int luo_object_in_missing(const struct luo_object_in *in,
				 const struct luo_object_table *table,
				 const char *kind)
{
	return (!table && in->damaged) || luo_object_in_damaged(in, table, kind) ?
	       -EBADMSG : -ENOENT;
}

/* Data up to this size in bytes is copied to the stack for the check. */
#define LUO_OBJECT_IN_STACK	128

/**
 * luo_object_in_copy_data - Copy the data of a record.
 * @data:   Set to the data, unchanged on failure.
 * @record: The record, in a table of the set.
 *
 * Copies the data once and checks the copy.
 *
 * Context: Process context, may sleep. The lock of the set is held.
 * Return: 0; -EBADMSG if the data is corrupt; -ENOMEM if there is no memory.
 */
int luo_object_in_copy_data(void *data,
			    const struct luo_object_record_ser *record)
{
	void *heap __free(kvfree) = NULL;
	u8 stack[LUO_OBJECT_IN_STACK], *copy = stack;

	if (record->size > sizeof(stack)) {
		heap = kvmalloc(record->size, GFP_KERNEL);
		if (!heap)
			return -ENOMEM;
		copy = heap;
	}

	memcpy(copy, luo_object_table_record_data(record), record->size);
	if (crc32c(~0, copy, record->size) != record->data_crc)
		return -EBADMSG;

	memcpy(data, copy, record->size);

	return 0;
}

/* Check once for each version of a kind that it has the layout of this kernel. */
static int luo_object_in_check_layout(struct luo_object_in *in,
				      struct luo_object_table *table,
				      u32 version, u32 layout)
{
	int err;

	if (!layout || luo_object_layout_known(table, version, layout))
		return 0;

	err = luo_object_layout_check(in, table->kind, version, layout);
	if (!err)
		luo_object_layout_remember(table, version, layout);

	return err;
}

static int luo_object_in_copy(struct luo_object_in *in, void *data, size_t size,
			      const struct luo_object_id *id, u32 version,
			      u32 layout)
{
	struct luo_object_record_ser *record = NULL;
	struct luo_object_table *table;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_table(in, id->kind, &table);
	if (err)
		return err;

	if (table)
		record = luo_object_table_record(table, id->instance, version);
	if (!record)
		return luo_object_in_missing(in, table, id->kind);

	err = luo_object_in_check_layout(in, table, version, layout);
	if (err)
		return err;

	if (record->size != size) {
		pr_warn("kind %s instance %llu version %u: found %u bytes, expected %zu\n",
			id->kind, id->instance, version, record->size, size);
		return -EMSGSIZE;
	}

	err = luo_object_in_copy_data(data, record);
	if (err == -EBADMSG)
		pr_warn("kind %s instance %llu version %u: data is damaged\n",
			id->kind, id->instance, version);

	return err;
}

/**
 * luo_object_in_read - Read one version of an object.
 * @in:      The set that it is in.
 * @data:    Set to its data. Unchanged on failure.
 * @size:    The expected size of its data in bytes.
 * @id:      The object.
 * @version: The version.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_read_object().
 */
int luo_object_in_read(struct luo_object_in *in, void *data, size_t size,
		       const struct luo_object_id *id, u32 version)
{
	int err = luo_object_in_copy(in, data, size, id, version, 0);

	trace_luo_restore(id->kind, id->instance, version, size, err);

	return err;
}

/**
 * luo_object_in_read_version - Read an object in a version of its kind.
 * @in:      The set that it is in.
 * @data:    Set to its data, of the size of the version. Unchanged on failure.
 * @id:      The object.
 * @version: The version.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPROTO if the previous kernel has another layout with the number of the
 * version; -EBADMSG also if the digest of its layout is corrupt; or another negative errno,
 * see luo_read_object().
 */
int luo_object_in_read_version(struct luo_object_in *in, void *data,
			       const struct luo_object_id *id,
			       const struct luo_object_version *version)
{
	int err = luo_object_in_copy(in, data, version->size, id,
				     version->version, version->layout);

	trace_luo_restore(id->kind, id->instance, version->version,
			  version->size, err);

	return err;
}

/**
 * luo_object_in_versions - List the versions of an object.
 * @in:        The set that it is in.
 * @id:        The object.
 * @buf:       Set to the numbers of the versions, separated by commas.
 * @size:      Size of @buf in bytes.
 * @mandatory: Set to true if any of them is mandatory.
 *
 * Context: Process context, may sleep.
 * Return: The number of versions; -ENOENT if there is none; -EBADMSG if it may have
 * been lost; -ENOMEM if there is no memory.
 */
int luo_object_in_versions(struct luo_object_in *in,
			   const struct luo_object_id *id, char *buf,
			   size_t size, bool *mandatory)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	unsigned long cursor;
	int err, len = 0, nr = 0;

	guard(mutex)(&in->lock);

	err = luo_object_in_table(in, id->kind, &table);
	if (err)
		return err;

	*mandatory = false;
	if (table) {
		luo_index_for_each(&table->index, id->instance, cursor, record) {
			len += scnprintf(buf + len, size - len, "%s%u",
					 nr++ ? "," : "",
					 record->version &
					 ~LUO_OBJECT_VERSION_SUBSECTIONS);
			if (!(record->flags & LUO_OBJECT_RECORD_OPTIONAL))
				*mandatory = true;
		}
	}

	return nr ?: luo_object_in_missing(in, table, id->kind);
}

/**
 * luo_object_in_stored - Check whether any version of an object is stored.
 * @in: The set.
 * @id: The object.
 *
 * Context: Process context, may sleep.
 * Return: 0 if a version is stored; -ENOENT if none is; -EBADMSG if it may have been
 * lost; -ENOMEM if there is no memory.
 */
int luo_object_in_stored(struct luo_object_in *in,
			 const struct luo_object_id *id)
{
	struct luo_object_table *table;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_table(in, id->kind, &table);
	if (err)
		return err;

	return table && luo_object_table_any(table, id->instance) ? 0 :
	       luo_object_in_missing(in, table, id->kind);
}

/**
 * luo_object_in_remove - Remove a record and free its data.
 * @in:     The set.
 * @table:  The table of its kind.
 * @record: The record.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 */
void luo_object_in_remove(struct luo_object_in *in,
			  struct luo_object_table *table,
			  struct luo_object_record_ser *record)
{
	luo_index_del(&table->index, &record->instance);
	luo_pool_in_put(&in->pool, record->address);
	record->flags = 0;
	table->nr_records--;
}

static void luo_object_in_free_object(struct luo_object_in *in,
				      struct luo_object_table *table,
				      u64 instance)
{
	struct luo_object_record_ser *record;
	char kind[LUO_OBJECT_KIND_LEN];

	/* Freeing the table frees its name. */
	strscpy(kind, table->kind);
	while ((record = luo_object_table_any(table, instance)))
		luo_object_in_remove(in, table, record);
	if (luo_object_in_free_empty(in, table))
		luo_object_layout_finish(in, kind);
}

/* Find the table with a subsection of an object. */
static struct luo_object_table *
luo_object_in_subsection(struct luo_object_in *in, const struct luo_object_id *id)
{
	struct luo_object_table *table;

	list_for_each_entry(table, &in->tables, list) {
		if (luo_object_is_subsection_of(table->kind, id->kind) &&
		    luo_object_table_any(table, id->instance))
			return table;
	}

	return NULL;
}

/**
 * luo_object_in_prepare_finish - Allocate what luo_object_in_finish() needs.
 * @in: The set.
 *
 * luo_object_in_finish() does not return -ENOMEM after that. Call this before the memory is
 * freed that an object leads to, or the object is found again without it.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int luo_object_in_prepare_finish(struct luo_object_in *in)
{
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_read_all(in);

	return err == -ENOMEM ? err : 0;
}

/**
 * luo_object_in_finish - Free an object with its subsections.
 * @in: The set that it is in.
 * @id: The object. All its versions are freed.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_finish_object().
 */
int luo_object_in_finish(struct luo_object_in *in,
			 const struct luo_object_id *id)
{
	struct luo_object_table *table;
	int err;

	guard(mutex)(&in->lock);

	/*
	 * Objects of several kinds may share a page. Count all objects in a page
	 * before freeing one, or the page would be freed under the others.
	 */
	err = luo_object_in_read_all(in);
	if (err)
		return err;

	table = luo_object_table_find(&in->tables, id->kind);
	if (!table || !luo_object_table_any(table, id->instance))
		return luo_object_in_missing(in, table, id->kind);

	luo_object_in_free_object(in, table, id->instance);
	while ((table = luo_object_in_subsection(in, id)))
		luo_object_in_free_object(in, table, id->instance);

	return 0;
}

/* The number of a slot in the chain of blocks of the previous kernel. */
static u64 luo_object_in_slot(struct luo_object_record_ser *record)
{
	struct luo_object_block_ser *block = PTR_ALIGN_DOWN((void *)record,
							    PAGE_SIZE);

	return (u64)block->sequence * LUO_OBJECT_RECORDS_PER_BLOCK +
	       (record - luo_object_block_records(block));
}

/* Check whether no version of the same object is in an earlier slot. */
static bool luo_object_in_is_first(const struct luo_object_table *table,
				   struct luo_object_record_ser *record)
{
	struct luo_object_record_ser *other;
	unsigned long cursor;

	luo_index_for_each(&table->index, record->instance, cursor, other) {
		if (luo_object_in_slot(other) < luo_object_in_slot(record))
			return false;
	}

	return true;
}

/* Find the first record of the next object. */
static struct luo_object_record_ser *
luo_object_in_next_record(const struct luo_object_table *table,
			  struct luo_object_iter *iter)
{
	struct luo_object_record_ser *record;

	iter->block = iter->block ?: table->first;
	for (; iter->block; iter->slot = 0,
	     iter->block = luo_object_next_block(iter->block)) {
		while (iter->slot < LUO_OBJECT_RECORDS_PER_BLOCK) {
			record = luo_object_block_records(iter->block) +
				 iter->slot++;
			if (record->flags & LUO_OBJECT_RECORD_PRESENT &&
			    luo_object_in_is_first(table, record))
				return record;
		}
	}

	return NULL;
}

/**
 * luo_object_in_next - Find the next object of a kind.
 * @in:   The set that it is in.
 * @kind: The kind.
 * @iter: As for luo_object_next(). The blocks of a table are freed together with the
 *        table, which is not created again, so @iter->block is valid if there is one.
 *
 * Context: Process context, may sleep.
 * Return: true if there is another object; else false, with @iter->err set.
 */
bool luo_object_in_next(struct luo_object_in *in, const char *kind,
			struct luo_object_iter *iter)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table = NULL;

	guard(mutex)(&in->lock);

	iter->err = luo_object_in_table(in, kind, &table);
	if (!iter->err) {
		record = table ? luo_object_in_next_record(table, iter) : NULL;
		if (record) {
			iter->instance = record->instance;
			return true;
		}
		iter->err = luo_object_in_missing(in, table, kind);
	}
	if (iter->err == -ENOENT)
		iter->err = 0;

	return false;
}

/* Free all objects that have a table. */
static void luo_object_in_drop_table(struct luo_object_in *in,
				     struct luo_object_table *table)
{
	struct luo_object_record_ser *record;
	struct luo_object_block_ser *block;
	char kind[LUO_OBJECT_KIND_LEN];

	strscpy(kind, table->kind);
	luo_object_for_each_block(table, block) {
		luo_object_for_each_record(block, record)
			luo_object_in_remove(in, table, record);
		cond_resched();
	}
	luo_object_in_free_empty(in, table);
	luo_object_layout_finish(in, kind);
}

/* Find a table of a kind or of its subsections. With NULL, find any table. */
static struct luo_object_table *
luo_object_in_any_table(struct luo_object_in *in, const char *kind)
{
	struct luo_object_table *table;

	list_for_each_entry(table, &in->tables, list) {
		if (!kind || !strcmp(table->kind, kind) ||
		    luo_object_is_subsection_of(table->kind, kind))
			return table;
	}

	return NULL;
}

/**
 * luo_object_in_drop - Free all objects of a kind, with their subsections.
 * @in:   The set that they are in.
 * @kind: The kind. NULL for all kinds.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if there is no such object; -ENOMEM if there is no memory.
 */
int luo_object_in_drop(struct luo_object_in *in, const char *kind)
{
	struct luo_object_table *table;
	bool found = false;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_read_all(in);
	if (err)
		return err;

	while ((table = luo_object_in_any_table(in, kind))) {
		luo_object_in_drop_table(in, table);
		found = true;
	}

	return found ? 0 : -ENOENT;
}
