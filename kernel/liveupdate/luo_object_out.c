// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects for the next kernel
 *
 * Stores, updates and aborts objects. All of it is in preserved memory and
 * published at every moment: there is no step before kexec that could fail or
 * be forgotten. A slot is filled before its flags make it a record, a block is
 * whole before the chain leads to it, and the list of kinds is replaced as a
 * whole.
 *
 * When the last object of all kinds is gone, everything is given back.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/libfdt.h>
#include <linux/limits.h>
#include <linux/string.h>

#include <trace/events/luo.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

/* Those that the published list no longer has. */
static void luo_object_free_empty(struct luo_object_out *out)
{
	struct luo_object_table *table, *next;

	list_for_each_entry_safe(table, next, &out->tables, list) {
		if (!table->nr_records)
			luo_object_table_destroy(table, out->handover->free);
	}
}

static int luo_object_publish(struct luo_object_out *out, gfp_t gfp)
{
	unsigned int order;
	void *fdt;
	int err;

	fdt = luo_object_fdt_build(&out->tables, out->handover, &order, gfp);
	if (!fdt)
		return -ENOMEM;

	err = out->handover->publish(fdt, fdt_totalsize(fdt), out->fdt);
	if (err) {
		out->handover->free(fdt, order);
		return err;
	}

	if (out->fdt)
		out->handover->free(out->fdt, out->fdt_order);
	out->fdt = fdt;
	out->fdt_order = order;
	luo_object_free_empty(out);

	return 0;
}

/* With no object left, nothing is left behind in the handover either. */
static void luo_object_withdraw(struct luo_object_out *out)
{
	out->handover->withdraw(out->fdt);
	out->handover->free(out->fdt, out->fdt_order);
	out->fdt = NULL;
	luo_object_free_empty(out);
}

static void luo_object_fill(struct luo_object_record_ser *record, void *mem,
			    const void *data, size_t size)
{
	memcpy(mem, data, size);
	record->address = virt_to_phys(mem);
	record->size = size;
	record->data_crc = crc32c(~0, data, size);
}

static int luo_object_table_store(struct luo_object_out *out,
				  struct luo_object_table *table,
				  const void *data, size_t size, u64 instance,
				  u32 version, u32 flags, gfp_t gfp)
{
	struct luo_object_record_ser *record, filled = {
		.instance = instance,
		.version = version,
		.flags = flags | LUO_OBJECT_RECORD_PRESENT,
	};
	void *mem;
	int err;

	err = luo_object_table_grow(table, out->handover, gfp);
	if (err)
		return err;

	mem = luo_pool_out_alloc(&out->pool, size, gfp | __GFP_ZERO);
	if (!mem)
		return -ENOMEM;

	luo_object_fill(&filled, mem, data, size);
	filled.crc = luo_object_record_crc(&filled);
	filled.flags = 0;

	record = luo_object_table_slot(table);
	*record = filled;
	err = luo_index_add(&table->index, &record->instance, gfp);
	if (err)
		goto err_slot;

	/* Only now is it a record, so that half of one never is. */
	smp_wmb();
	WRITE_ONCE(record->flags, flags | LUO_OBJECT_RECORD_PRESENT);
	table->nr_records++;
	out->nr_records++;

	return 0;

err_slot:
	luo_object_table_free_slot(table, record);
	luo_pool_out_free(&out->pool, mem);

	return err;
}

static void luo_object_table_remove(struct luo_object_out *out,
				    struct luo_object_table *table,
				    struct luo_object_record_ser *record)
{
	void *mem = luo_object_record_data(record);

	luo_index_del(&table->index, &record->instance);
	luo_object_table_free_slot(table, record);
	luo_pool_out_free(&out->pool, mem);
	table->nr_records--;
	out->nr_records--;
}

static int luo_object_store_first(struct luo_object_out *out, const void *data,
				  size_t size, const struct luo_object_id *id,
				  u32 version, u32 flags, gfp_t gfp)
{
	struct luo_object_table *table;
	int err;

	table = luo_object_table_create(id->kind, gfp);
	if (!table)
		return -ENOMEM;

	err = luo_object_table_store(out, table, data, size, id->instance,
				     version, flags, gfp);
	if (err)
		goto err_table;

	list_add_tail(&table->list, &out->tables);
	err = luo_object_publish(out, gfp);
	if (err)
		goto err_record;

	return 0;

err_record:
	luo_object_table_remove(out, table,
				luo_object_table_any(table, id->instance));
err_table:
	luo_object_table_destroy(table, out->handover->free);

	return err;
}

static int luo_object_out_insert(struct luo_object_out *out, const void *data,
				 size_t size, const struct luo_object_id *id,
				 u32 version, u32 flags, gfp_t gfp)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);
	if (!table)
		return luo_object_store_first(out, data, size, id, version,
					      flags, gfp);

	if (luo_object_table_record(table, id->instance, version))
		return -EEXIST;

	return luo_object_table_store(out, table, data, size, id->instance,
				      version, flags, gfp);
}

/**
 * luo_object_out_store - Store one version of an object.
 * @out:     The set to store it in.
 * @data:    Its data.
 * @size:    The size of its data in bytes.
 * @id:      Which object.
 * @version: Which version.
 * @flags:   %LUO_OBJECT_RECORD_OPTIONAL or 0.
 * @gfp:     How to allocate.
 *
 * Return: As luo_store_object_flags().
 */
int luo_object_out_store(struct luo_object_out *out, const void *data,
			 size_t size, const struct luo_object_id *id,
			 u32 version, u32 flags, gfp_t gfp)
{
	int err;

	if (!size || size > LUO_OBJECT_SIZE_MAX || version > U16_MAX ||
	    flags & ~LUO_OBJECT_RECORD_OPTIONAL ||
	    !luo_object_kind_name_valid(id->kind))
		return -EINVAL;

	err = luo_object_out_insert(out, data, size, id, version, flags, gfp);
	trace_luo_store(id->kind, id->instance, version, size, err);

	return err;
}

/**
 * luo_object_out_stored - Whether an object is stored.
 * @out:     The set.
 * @id:      Which object.
 * @version: Which version, or %LUO_OBJECT_ANY_VERSION.
 *
 * Return: true if it is.
 */
bool luo_object_out_stored(struct luo_object_out *out,
			   const struct luo_object_id *id, int version)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);

	if (!table)
		return false;

	return version == LUO_OBJECT_ANY_VERSION ?
	       luo_object_table_any(table, id->instance) :
	       luo_object_table_record(table, id->instance, version);
}

/**
 * luo_object_out_update - Change the data of a stored object.
 * @out:     The set that it is in.
 * @data:    Its new data.
 * @size:    The size of its data in bytes, as it was stored.
 * @id:      Which object.
 * @version: Which version.
 *
 * Return: As luo_update_object().
 */
int luo_object_out_update(struct luo_object_out *out, const void *data,
			  size_t size, const struct luo_object_id *id,
			  u32 version)
{
	struct luo_object_record_ser *record = NULL;
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);
	if (table)
		record = luo_object_table_record(table, id->instance, version);
	if (!record)
		return -ENOENT;

	if (record->size != size)
		return -EMSGSIZE;

	luo_object_fill(record, luo_object_record_data(record), data, size);
	record->crc = luo_object_record_crc(record);

	return 0;
}

/* A kind without objects goes; if there is no memory for that, with a later one. */
static void luo_object_out_tidy(struct luo_object_out *out)
{
	struct luo_object_table *table;

	if (!out->nr_records) {
		luo_object_withdraw(out);
		return;
	}

	list_for_each_entry(table, &out->tables, list) {
		if (!table->nr_records) {
			luo_object_publish(out, GFP_KERNEL);
			return;
		}
	}
}

/**
 * luo_object_out_abort - Take an object back.
 * @out: The set that it is in.
 * @id:  Which object; all its versions go.
 */
void luo_object_out_abort(struct luo_object_out *out,
			  const struct luo_object_id *id)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);
	if (!table)
		return;

	while ((record = luo_object_table_any(table, id->instance)))
		luo_object_table_remove(out, table, record);
	luo_object_out_tidy(out);
}

/**
 * luo_object_out_abort_version - Take one version of an object back.
 * @out:     The set that it is in.
 * @id:      Which object.
 * @version: Which version of it.
 */
void luo_object_out_abort_version(struct luo_object_out *out,
				  const struct luo_object_id *id, u32 version)
{
	struct luo_object_record_ser *record;
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);
	if (!table)
		return;

	record = luo_object_table_record(table, id->instance, version);
	if (record)
		luo_object_table_remove(out, table, record);
	luo_object_out_tidy(out);
}
