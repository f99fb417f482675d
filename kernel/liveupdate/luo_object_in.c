// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects of the previous kernel
 *
 * Reads what the previous kernel left, which may be older, newer or broken.
 * Nothing is followed before it was checked: an address has to be preserved
 * memory, what it leads to has to say that it is what is expected there, and a
 * CRC has to hold. What fails is left out, with one line; the rest is used.
 *
 * The list of kinds is read at the first call, the records of a kind at the
 * first call for that kind. Pages are taken over from KHO when they are read,
 * and freed when the last object in them is finished.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
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
				   const struct luo_object_table *table,
				   u64 address, u32 sequence)
{
	return block->self == address &&
	       block->magic == LUO_OBJECT_BLOCK_MAGIC &&
	       block->sequence == sequence &&
	       block->kind_crc == table->kind_crc &&
	       block->crc == luo_object_block_crc(block);
}

/* Take over the chain of blocks, up to the first that is not one. */
static void luo_object_in_claim_table(struct luo_object_in *in,
				      struct luo_object_table *table)
{
	struct luo_object_block_ser *block;
	u64 address = table->address;
	u32 sequence;

	for (sequence = 0; address || !sequence; sequence++) {
		if (in->handover->order(address) != 0)
			goto damaged;

		block = phys_to_virt(address);
		if (!luo_object_block_valid(block, table, address, sequence) ||
		    !in->handover->claim(address, 0))
			goto damaged;

		if (table->last)
			table->last->next = address;
		else
			table->first = block;
		table->last = block;
		address = block->next;
		block->next = 0;
	}
	table->scanned = table->first;

	return;

damaged:
	pr_warn("kind %s: block %u is damaged, the objects from there on are lost\n",
		table->kind, sequence);
	table->damaged = true;
	table->scanned = table->first;
	/* Without a block to confirm it, the name itself may be wrong. */
	if (!table->first)
		in->damaged = true;
}

static int luo_object_in_read_kinds(struct luo_object_in *in)
{
	struct luo_object_table *table, *next;
	size_t size;
	u64 address;
	int order, err;

	if (in->read)
		return in->err;

	err = in->handover->find(&address, &size);
	if (err == -ENOENT)
		goto done;
	if (err)
		goto damaged;

	order = in->handover->order(address);
	if (order < 0 || size > PAGE_SIZE << order) {
		err = -EBADMSG;
		goto damaged;
	}

	/* The size may still be that of the blob which this one replaced. */
	err = luo_object_fdt_read_kinds(phys_to_virt(address),
					PAGE_SIZE << order,
					luo_object_in_add_kind, in);
	if (err && err != -EBADMSG) {
		list_for_each_entry_safe(table, next, &in->tables, list)
			luo_object_table_destroy(table, NULL);
		return err;
	}

	if (in->handover->claim(address, order))
		in->handover->release(phys_to_virt(address), order);
	list_for_each_entry(table, &in->tables, list)
		luo_object_in_claim_table(in, table);

damaged:
	if (err) {
		pr_warn("the list of kinds from the previous kernel is damaged\n");
		in->damaged = true;
		err = list_empty(&in->tables) ? err : 0;
	}
done:
	in->read = true;
	in->err = err;

	return err;
}

static bool luo_object_record_valid(const struct luo_object_record_ser *record)
{
	return record->crc == luo_object_record_crc(record) &&
	       !(record->flags & ~LUO_OBJECT_RECORD_FLAGS) &&
	       record->size && record->size <= LUO_OBJECT_SIZE_MAX;
}

/* Returns -EBADMSG for a record that is to be left out. */
static int luo_object_in_index_record(struct luo_object_in *in,
				      struct luo_object_table *table,
				      struct luo_object_record_ser *record)
{
	int err;

	if (!luo_object_record_valid(record) ||
	    luo_object_table_record(table, record->instance, record->version))
		return -EBADMSG;

	err = luo_index_add(&table->index, &record->instance, GFP_KERNEL);
	if (err)
		return err;

	/* The last step, as dropping the only reference would free the data. */
	err = luo_pool_in_get(&in->pool, record->address, record->size);
	if (err) {
		luo_index_del(&table->index, &record->instance);
		return err;
	}
	table->nr_records++;

	return 0;
}

/* A record that is damaged: the first of a kind is named, whatever happens. */
static void luo_object_in_leave_out(struct luo_object_table *table,
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

/* Goes on where it stopped if there was no memory at the last try. */
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

			luo_object_in_leave_out(table, record);
		}
	}

	return 0;
}

/* Gives back what a kind without objects still holds; true if it is gone. */
static bool luo_object_in_retire(struct luo_object_in *in,
				 struct luo_object_table *table)
{
	if (table->nr_records || table->scanned)
		return false;

	in->damaged |= table->damaged;
	luo_object_table_destroy(table, in->handover->release);
	if (list_empty(&in->tables))
		luo_pool_in_forget(&in->pool);

	return true;
}

/**
 * luo_object_in_read_all - Read the records of all kinds.
 * @in: The set, with its lock held.
 *
 * Return: 0; -ENOENT or -EBADMSG if there is nothing; -ENOMEM.
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
		luo_object_in_retire(in, table);
	}

	return 0;
}

/* On success *tablep is NULL where nothing of the kind is there. */
static int luo_object_in_table(struct luo_object_in *in, const char *kind,
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

	if (luo_object_in_retire(in, *tablep))
		*tablep = NULL;

	return 0;
}

/* What is not found was never there, unless something was not readable. */
static int luo_object_in_missing(const struct luo_object_in *in,
				 const struct luo_object_table *table)
{
	return (table ? table->damaged : in->damaged) ? -EBADMSG : -ENOENT;
}

static int luo_object_in_copy(struct luo_object_in *in, void *data, size_t size,
			      const struct luo_object_id *id, u32 version)
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
		return luo_object_in_missing(in, table);

	if (record->size != size) {
		pr_warn("kind %s instance %llu version %u: found %u bytes, expected %zu\n",
			id->kind, id->instance, version, record->size, size);
		return -EMSGSIZE;
	}

	if (crc32c(~0, luo_object_record_data(record), size) !=
	    record->data_crc) {
		pr_warn("kind %s instance %llu version %u: data is damaged\n",
			id->kind, id->instance, version);
		return -EBADMSG;
	}

	memcpy(data, luo_object_record_data(record), size);

	return 0;
}

/**
 * luo_object_in_read - Read one version of an object.
 * @in:      The set that it is in.
 * @data:    Where its data goes.
 * @size:    The size of its data in bytes.
 * @id:      Which object.
 * @version: Which version.
 *
 * Return: As luo_read_object().
 */
int luo_object_in_read(struct luo_object_in *in, void *data, size_t size,
		       const struct luo_object_id *id, u32 version)
{
	int err = luo_object_in_copy(in, data, size, id, version);

	trace_luo_restore(id->kind, id->instance, version, size, err);

	return err;
}

/**
 * luo_object_in_versions - Tell in which versions an object is there.
 * @in:        The set that it is in.
 * @id:        Which object.
 * @buf:       Where their numbers are written, with commas.
 * @size:      How long @buf is.
 * @mandatory: Set to whether any of them is mandatory.
 *
 * Return: How many there are, or as luo_object_in_read().
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
					 nr++ ? "," : "", record->version);
			if (!(record->flags & LUO_OBJECT_RECORD_OPTIONAL))
				*mandatory = true;
		}
	}

	return nr ?: luo_object_in_missing(in, table);
}

static void luo_object_in_remove(struct luo_object_in *in,
				 struct luo_object_table *table,
				 struct luo_object_record_ser *record)
{
	luo_index_del(&table->index, &record->instance);
	luo_pool_in_put(&in->pool, record->address);
	record->flags = 0;
	table->nr_records--;
}

/**
 * luo_object_in_finish - Free an object.
 * @in: The set that it is in.
 * @id: Which object; all its versions go.
 *
 * Return: As luo_finish_object().
 */
int luo_object_in_finish(struct luo_object_in *in,
			 const struct luo_object_id *id)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	int err;

	guard(mutex)(&in->lock);

	/*
	 * Kinds share pages. Before something of one is freed, what the others
	 * have in the same page has to be counted.
	 */
	err = luo_object_in_read_all(in);
	if (err)
		return err;

	table = luo_object_table_find(&in->tables, id->kind);
	record = table ? luo_object_table_any(table, id->instance) : NULL;
	if (!record)
		return luo_object_in_missing(in, table);

	do {
		luo_object_in_remove(in, table, record);
		record = luo_object_table_any(table, id->instance);
	} while (record);
	luo_object_in_retire(in, table);

	return 0;
}

/**
 * luo_object_in_next - Find an object of a kind.
 * @in:       The set that it is in.
 * @kind:     The kind.
 * @slot:     Where to begin, 0 for the first. Set to where to go on.
 * @instance: Set to which object it is. One that is there in several versions is
 *            found as often, unless it was finished meanwhile.
 *
 * Return: 0; -ENOENT if there is no further one; as luo_object_in_read_all().
 */
int luo_object_in_next(struct luo_object_in *in, const char *kind, u64 *slot,
		       u64 *instance)
{
	struct luo_object_record_ser *records;
	struct luo_object_block_ser *block;
	struct luo_object_table *table;
	u64 first = 0;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_read_all(in);
	if (err)
		return err;

	table = luo_object_table_find(&in->tables, kind);
	if (!table)
		return -ENOENT;

	luo_object_for_each_block(table, block) {
		records = luo_object_block_records(block);
		for (; *slot < first + LUO_OBJECT_RECORDS_PER_BLOCK; ++*slot) {
			if (!(records[*slot - first].flags &
			      LUO_OBJECT_RECORD_PRESENT))
				continue;
			*instance = records[(*slot)++ - first].instance;
			return 0;
		}
		first += LUO_OBJECT_RECORDS_PER_BLOCK;
	}

	return -ENOENT;
}

/**
 * luo_object_in_drop - Free all objects of a kind.
 * @in:   The set that they are in.
 * @kind: The kind. NULL for all kinds.
 *
 * Return: 0; -ENOENT if there is nothing of that kind; -ENOMEM.
 */
int luo_object_in_drop(struct luo_object_in *in, const char *kind)
{
	struct luo_object_table *table, *next;
	struct luo_object_record_ser *record;
	struct luo_object_block_ser *block;
	bool found = false;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_read_all(in);
	if (err)
		return err;

	list_for_each_entry_safe(table, next, &in->tables, list) {
		if (kind && strcmp(table->kind, kind))
			continue;

		luo_object_for_each_block(table, block) {
			luo_object_for_each_record(block, record)
				luo_object_in_remove(in, table, record);
		}
		luo_object_in_retire(in, table);
		found = true;
	}

	return found ? 0 : -ENOENT;
}
