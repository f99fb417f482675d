// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects for the next kernel
 *
 * Stores, updates and aborts objects. They are in preserved memory and published at
 * every moment, so that no step is needed before kexec that could fail. A kexec may
 * stop this CPU at any instruction. Therefore a slot is filled before its flags make
 * it a record, a block is complete before the chain leads to it, and a kind is added
 * to the list of kinds by one store (luo_object_fdt.c).
 *
 * The list of kinds is published once at boot and never removed. When the last
 * object of a kind is aborted, its table keeps its first block, which the list of
 * kinds refers to; all other memory is freed.
 *
 * It calls luo_object_table.c, luo_object_layout.c, luo_object_fdt.c, luo_pool_out.c and
 * the handover.
 *
 * A caller may hold a lock that memory reclaim waits for; its allocation mask or
 * scope then forbids reclaim. It must not wait for another caller that is in reclaim.
 * Therefore nothing is allocated or freed while the lock of the set is held: a store
 * that finds under the lock that it needs memory drops the lock, allocates, and
 * starts again.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <trace/events/luo.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

/* One version of an object to store. */
struct luo_object_request {
	const struct luo_object_id *id;
	const void *data;
	u32 size;
	u16 version;
	u16 flags;
	u32 layout;
};

#define LUO_OBJECT_LACKS_TABLE	BIT(0)
#define LUO_OBJECT_LACKS_BLOCK	BIT(1)
#define LUO_OBJECT_LACKS_DATA	BIT(2)
#define LUO_OBJECT_LACKS_INDEX	BIT(3)

/* Memory that a store needs, allocated while the lock is not held. */
struct luo_object_spare {
	unsigned int lacks;
	unsigned int index_order;
	struct luo_object_table *table;
	struct luo_object_block_ser *block;
	struct luo_pool_block_ser *data;
	struct luo_index index;
};

/**
 * luo_object_out_publish - Publish the list of kinds.
 * @out: A set without objects.
 *
 * Call this once, before an object is stored. Objects stored later are published
 * because the list leads to them.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory; or an errno of KHO. On failure no object
 * can be stored.
 */
int luo_object_out_publish(struct luo_object_out *out)
{
	const unsigned int order = get_order(LUO_OBJECT_FDT_SIZE);
	void *fdt = luo_handover_alloc(order, GFP_KERNEL | __GFP_ZERO);
	u32 end;
	int err;

	if (!fdt)
		return -ENOMEM;

	end = luo_object_fdt_init(fdt);
	err = luo_handover_publish(fdt, LUO_OBJECT_FDT_SIZE);
	if (err) {
		luo_handover_free(fdt, order);
		return err;
	}

	out->fdt = fdt;
	out->fdt_end = end;

	return 0;
}

static bool luo_object_spare_update(struct luo_object_spare *spare,
				    const struct luo_object_out *out,
				    const struct luo_object_table *table,
				    size_t size)
{
	spare->lacks = 0;

	if (!table && !spare->table)
		spare->lacks |= LUO_OBJECT_LACKS_TABLE;
	if ((!table || luo_object_table_full(table)) && !spare->block)
		spare->lacks |= LUO_OBJECT_LACKS_BLOCK;
	if (luo_pool_out_full(&out->pool, size) && !spare->data)
		spare->lacks |= LUO_OBJECT_LACKS_DATA;
	if (!table || luo_index_full(&table->index)) {
		spare->index_order = table ? table->index.order + 1 : 0;
		if (!spare->index.slots ||
		    spare->index.order < spare->index_order)
			spare->lacks |= LUO_OBJECT_LACKS_INDEX;
	}

	return spare->lacks;
}

static int luo_object_spare_fill(struct luo_object_spare *spare,
				 const struct luo_object_out *out,
				 const struct luo_object_request *request,
				 gfp_t gfp)
{
	if (spare->lacks & LUO_OBJECT_LACKS_TABLE) {
		spare->table = luo_object_table_create(request->id->kind, gfp);
		if (!spare->table)
			return -ENOMEM;
	}
	if (spare->lacks & LUO_OBJECT_LACKS_BLOCK) {
		spare->block = luo_handover_alloc(0, gfp | __GFP_ZERO);
		if (!spare->block)
			return -ENOMEM;
	}
	if (spare->lacks & LUO_OBJECT_LACKS_DATA) {
		spare->data = luo_pool_out_block(request->size, gfp);
		if (!spare->data)
			return -ENOMEM;
	}
	if (spare->lacks & LUO_OBJECT_LACKS_INDEX) {
		luo_index_destroy(&spare->index);
		return luo_index_alloc(&spare->index, spare->index_order, gfp);
	}

	return 0;
}

static void luo_object_spare_free(struct luo_object_spare *spare,
				  const struct luo_object_out *out)
{
	if (spare->table)
		luo_object_table_destroy(spare->table, luo_handover_free);
	if (spare->block)
		luo_handover_free(spare->block, 0);
	if (spare->data)
		luo_handover_free(spare->data, spare->data->order);
	luo_index_destroy(&spare->index);
}

static void luo_object_fill(struct luo_object_record_ser *record, void *mem,
			    const void *data, size_t size)
{
	memcpy(mem, data, size);
	record->address = virt_to_phys(mem);
	record->size = size;
	record->data_crc = crc32c(~0, data, size);
}

static void luo_object_table_store(struct luo_object_out *out,
				   struct luo_object_table *table,
				   struct luo_object_spare *spare,
				   const struct luo_object_request *request)
{
	const u16 flags = request->flags | LUO_OBJECT_RECORD_PRESENT;
	struct luo_object_record_ser *record, filled = {
		.instance = request->id->instance,
		.version = request->version,
		.flags = flags,
	};
	void *mem = luo_pool_out_suballoc(&out->pool, request->size, &spare->data);

	luo_object_fill(&filled, mem, request->data, request->size);
	filled.crc = luo_object_table_record_crc(&filled);
	filled.flags = 0;

	if (luo_object_table_full(table)) {
		luo_object_table_add_block(table, spare->block);
		spare->block = NULL;
	}
	record = luo_object_table_slot(table);
	*record = filled;

	if (luo_index_full(&table->index))
		luo_index_move(&table->index, &spare->index);
	luo_index_add(&table->index, &record->instance, 0);

	/* A kexec may stop this CPU here: the flags must not precede the record. */
	smp_wmb();
	WRITE_ONCE(record->flags, flags);
	table->nr_records++;
}

/* Publish a kind whose first record is stored already. */
static void luo_object_add_table(struct luo_object_out *out,
				 struct luo_object_table *table)
{
	list_add_tail(&table->list, &out->tables);
	luo_object_fdt_add_kind(out->fdt, &out->fdt_end, table->kind,
				table->first->self);
}

/*
 * Check that the layout of the version is stored. The object that describes it exists
 * as long as any object of its kind.
 */
static int luo_object_out_check_layout(struct luo_object_out *out,
				       struct luo_object_table *table,
				       const struct luo_object_request *request)
{
	int err;

	if (!request->layout)
		return 0;
	if (table && luo_object_layout_known(table, request->version,
					     request->layout))
		return 0;

	err = luo_object_layout_stored(out, request->id->kind, request->version,
				       request->layout);
	if (!err && table)
		luo_object_layout_remember(table, request->version,
					   request->layout);

	return err;
}

/*
 * Insert a record. If @spare lacks memory, return -EAGAIN with nothing changed. If the
 * layout of the version is not stored, return -ENOLINK.
 */
static int luo_object_out_insert(struct luo_object_out *out,
				 struct luo_object_spare *spare,
				 const struct luo_object_request *request)
{
	const struct luo_object_id *id = request->id;
	struct luo_object_table *table;
	int err;

	guard(mutex)(&out->lock);

	if (!out->fdt)
		return -ENOMEM;

	table = luo_object_table_find(&out->tables, id->kind);
	if (table) {
		err = luo_object_table_check(table, id->instance,
					     request->version);
		if (err)
			return err;
	} else if (luo_object_fdt_full(out->fdt_end)) {
		return -ENOSPC;
	}

	err = luo_object_out_check_layout(out, table, request);
	if (err)
		return err;

	if (luo_object_spare_update(spare, out, table, request->size))
		return -EAGAIN;

	if (table) {
		luo_object_table_store(out, table, spare, request);
		return 0;
	}

	luo_object_table_store(out, spare->table, spare, request);
	luo_object_add_table(out, spare->table);
	spare->table = NULL;

	return 0;
}

static int luo_object_out_add(struct luo_object_out *out,
			      const struct luo_object_request *request,
			      gfp_t gfp)
{
	const struct luo_object_id *id = request->id;
	struct luo_object_spare spare = {};
	int err;

	if (!request->size || request->size > LUO_OBJECT_SIZE_MAX ||
	    request->flags & ~LUO_OBJECT_RECORD_OPTIONAL ||
	    !luo_object_fdt_name_valid(id->kind))
		return -EINVAL;

	do {
		err = luo_object_out_insert(out, &spare, request);
		if (err == -EAGAIN) {
			err = luo_object_spare_fill(&spare, out, request, gfp);
			err = err ?: -EAGAIN;
		} else if (err == -ENOLINK) {
			err = luo_object_layout_store(out, id->kind,
						      request->version,
						      request->layout, gfp);
			err = err ?: -EAGAIN;
		}
	} while (err == -EAGAIN);
	luo_object_spare_free(&spare, out);
	if (err && request->layout)
		luo_object_layout_abort(out, id->kind);
	trace_luo_store(id->kind, id->instance, request->version, request->size,
			err);

	return err;
}

/**
 * luo_object_out_store - Store one version of an object.
 * @out:     The set to store it in.
 * @data:    Its data.
 * @size:    The size of its data in bytes.
 * @id:      The object.
 * @version: The version.
 * @flags:   %LUO_OBJECT_RECORD_OPTIONAL or 0.
 * @gfp:     Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_store_object_flags().
 */
int luo_object_out_store(struct luo_object_out *out, const void *data,
			 size_t size, const struct luo_object_id *id,
			 u32 version, u32 flags, gfp_t gfp)
{
	const struct luo_object_request request = {
		.id = id, .data = data, .size = size,
		.version = version, .flags = flags,
	};

	if (size > U32_MAX || version > U16_MAX || flags > U16_MAX)
		return -EINVAL;

	return luo_object_out_add(out, &request, gfp);
}

/**
 * luo_object_out_store_version - Store an object in a version of its kind.
 * @out:     The set to store it in.
 * @data:    Its data, of the size of the version.
 * @id:      The object.
 * @version: The version. If it has a layout, the layout is stored too.
 * @gfp:     Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPROTO if objects of the kind are stored in another layout with the
 * number of the version; or another negative errno, see luo_store_object_flags().
 */
int luo_object_out_store_version(struct luo_object_out *out, const void *data,
				 const struct luo_object_id *id,
				 const struct luo_object_version *version,
				 gfp_t gfp)
{
	const struct luo_object_request request = {
		.id = id, .data = data, .size = version->size,
		.version = version->version, .flags = version->flags,
		.layout = version->layout,
	};

	return luo_object_out_add(out, &request, gfp);
}

/* Find the record of a version. Return NULL if it is not stored. */
static struct luo_object_record_ser *
luo_object_out_record(struct luo_object_out *out, const struct luo_object_id *id,
		      u32 version)
{
	struct luo_object_table *table;

	lockdep_assert_held(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);

	return table ? luo_object_table_record(table, id->instance, version) :
		       NULL;
}

/**
 * luo_object_out_stored - Check whether any version of an object is stored.
 * @out: The set.
 * @id:  The object.
 *
 * Context: Process context, may sleep.
 * Return: true if a version is stored.
 */
bool luo_object_out_stored(struct luo_object_out *out,
			   const struct luo_object_id *id)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, id->kind);

	return table && luo_object_table_any(table, id->instance);
}

/**
 * luo_object_out_any - Check whether any object is stored.
 * @out: The set.
 *
 * Context: Process context, may sleep.
 * Return: true if one is.
 */
bool luo_object_out_any(struct luo_object_out *out)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	list_for_each_entry(table, &out->tables, list) {
		if (table->nr_records)
			return true;
	}

	return false;
}

/**
 * luo_object_out_has - Check whether any object of a kind is stored.
 * @out:  The set.
 * @kind: The name of the kind.
 *
 * Context: Process context, may sleep.
 * Return: true if one is.
 */
bool luo_object_out_has(struct luo_object_out *out, const char *kind)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, kind);

	return table && table->nr_records;
}

static int luo_object_out_each_record(struct luo_object_block_ser *block,
				      int (*fn)(u64 instance, const void *data,
						size_t size, const void *arg),
				      const void *arg)
{
	struct luo_object_record_ser *record;
	int err;

	luo_object_for_each_record(block, record) {
		err = fn(record->instance, luo_object_table_record_data(record),
			 record->size, arg);
		if (err)
			return err;
	}

	return 0;
}

/**
 * luo_object_out_each - Call a function for each stored version of the objects of a kind.
 * @out:  The set.
 * @kind: The name of the kind.
 * @fn:   The function. It must not call functions of the set, and none of the objects is
 *        aborted while it runs.
 * @arg:  Its last argument.
 *
 * Context: Process context, may sleep. Takes the lock of @out.
 * Return: 0; or the first value other than 0 that @fn returns, after which it is not
 * called any more.
 */
int luo_object_out_each(struct luo_object_out *out, const char *kind,
			int (*fn)(u64 instance, const void *data, size_t size,
				  const void *arg),
			const void *arg)
{
	struct luo_object_block_ser *block;
	struct luo_object_table *table;
	int err = 0;

	guard(mutex)(&out->lock);

	table = luo_object_table_find(&out->tables, kind);
	if (!table)
		return 0;

	luo_object_for_each_block(table, block) {
		err = luo_object_out_each_record(block, fn, arg);
		if (err)
			break;
	}

	return err;
}

/**
 * luo_object_out_size - Get the size of a stored version.
 * @out:     The set.
 * @id:      The object.
 * @version: The version.
 *
 * Context: Process context, may sleep.
 * Return: The size of its data in bytes, 0 if it is not stored.
 */
size_t luo_object_out_size(struct luo_object_out *out,
			   const struct luo_object_id *id, u32 version)
{
	struct luo_object_record_ser *record;

	guard(mutex)(&out->lock);

	record = luo_object_out_record(out, id, version);

	return record ? record->size : 0;
}

/**
 * luo_object_out_read - Read a part of the data of a stored version.
 * @out:     The set.
 * @id:      The object.
 * @version: The version.
 * @offset:  Offset of the part in bytes.
 * @data:    Set to the part. Unchanged if the version is not stored or does not have all
 *           of the part.
 * @size:    Size of the part in bytes.
 *
 * Context: Process context, may sleep.
 */
void luo_object_out_read(struct luo_object_out *out,
			 const struct luo_object_id *id, u32 version, u32 offset,
			 void *data, size_t size)
{
	struct luo_object_record_ser *record;

	guard(mutex)(&out->lock);

	record = luo_object_out_record(out, id, version);
	if (record && offset + size <= record->size)
		memcpy(data, luo_object_table_record_data(record) + offset, size);
}

/**
 * luo_object_out_update - Change the data of a stored object.
 * @out:     The set that it is in.
 * @data:    Its new data.
 * @size:    The size of its data in bytes, which must not change.
 * @id:      The object.
 * @version: The version.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if the version is not stored; -EMSGSIZE if it was stored with
 * another size.
 */
int luo_object_out_update(struct luo_object_out *out, const void *data,
			  size_t size, const struct luo_object_id *id,
			  u32 version)
{
	struct luo_object_record_ser *record;

	guard(mutex)(&out->lock);

	record = luo_object_out_record(out, id, version);
	if (!record)
		return -ENOENT;

	if (record->size != size)
		return -EMSGSIZE;

	luo_object_fill(record, luo_object_table_record_data(record), data, size);
	record->crc = luo_object_table_record_crc(record);

	return 0;
}

/**
 * luo_object_out_unlink - Remove a record.
 * @out:      The set.
 * @table:    The table of its kind.
 * @record:   The record.
 * @unlinked: Gets the memory to free. Use one for each table.
 *
 * Context: Process context. The lock of @out is held.
 */
void luo_object_out_unlink(struct luo_object_out *out,
			   struct luo_object_table *table,
			   struct luo_object_record_ser *record,
			   struct luo_object_unlinked *unlinked)
{
	void *mem = luo_object_table_record_data(record);
	struct luo_pool_block_ser *block;

	luo_index_del(&table->index, &record->instance);
	luo_object_table_free_slot(table, record);
	block = luo_pool_out_drop(&out->pool, mem);
	if (block) {
		block->next = unlinked->data ? virt_to_phys(unlinked->data) : 0;
		unlinked->data = block;
	}
	if (!--table->nr_records) {
		unlinked->blocks = luo_object_table_reset(table);
		swap(table->index, unlinked->index);
	}
}

/**
 * luo_object_out_free - Free the memory of records that were removed.
 * @out:      The set that they were in.
 * @unlinked: The memory.
 *
 * Context: Process context, may sleep. The lock of @out is not held.
 */
void luo_object_out_free(struct luo_object_out *out,
			 struct luo_object_unlinked *unlinked)
{
	struct luo_pool_block_ser *block, *next;

	/*
	 * A kexec may stop this CPU here: no record may lead to a page that was freed,
	 * because the next kernel would find other data in it.
	 */
	smp_wmb();
	luo_object_table_free_blocks(unlinked->blocks, luo_handover_free);
	luo_index_destroy(&unlinked->index);
	for (block = unlinked->data; block; block = next) {
		next = block->next ? phys_to_virt(block->next) : NULL;
		luo_handover_free(block, block->order);
	}
}

static void luo_object_out_abort_one(struct luo_object_out *out,
				     const struct luo_object_id *id)
{
	struct luo_object_unlinked unlinked = {};
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	bool emptied;

	scoped_guard(mutex, &out->lock) {
		table = luo_object_table_find(&out->tables, id->kind);
		if (!table)
			return;

		while ((record = luo_object_table_any(table, id->instance)))
			luo_object_out_unlink(out, table, record, &unlinked);
		emptied = !table->nr_records;
	}
	luo_object_out_free(out, &unlinked);
	if (emptied)
		luo_object_layout_abort(out, id->kind);
}

/* Find a subsection of an object. Tables are not freed, so the name stays. */
static const char *luo_object_out_subsection(struct luo_object_out *out,
					     const struct luo_object_id *id)
{
	struct luo_object_table *table;

	guard(mutex)(&out->lock);

	list_for_each_entry(table, &out->tables, list) {
		if (luo_object_is_subsection_of(table->kind, id->kind) &&
		    luo_object_table_any(table, id->instance))
			return table->kind;
	}

	return NULL;
}

/**
 * luo_object_out_abort - Remove an object with its subsections and free them.
 * @out: The set that it is in.
 * @id:  The object. All its versions are removed.
 *
 * Context: Process context, may sleep.
 */
void luo_object_out_abort(struct luo_object_out *out,
			  const struct luo_object_id *id)
{
	struct luo_object_id part = { .instance = id->instance };

	/* A kexec may stop this CPU here: the subsections must not go first. */
	luo_object_out_abort_one(out, id);
	while ((part.kind = luo_object_out_subsection(out, id)))
		luo_object_out_abort_one(out, &part);
}

/**
 * luo_object_out_abort_version - Remove one version of an object and free it.
 * @out:     The set that it is in.
 * @id:      The object.
 * @version: The version.
 *
 * Context: Process context, may sleep.
 */
void luo_object_out_abort_version(struct luo_object_out *out,
				  const struct luo_object_id *id, u32 version)
{
	struct luo_object_unlinked unlinked = {};
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	bool emptied;

	scoped_guard(mutex, &out->lock) {
		table = luo_object_table_find(&out->tables, id->kind);
		record = table ? luo_object_table_record(table, id->instance,
							 version) : NULL;
		if (!record)
			return;

		luo_object_out_unlink(out, table, record, &unlinked);
		emptied = !table->nr_records;
	}
	luo_object_out_free(out, &unlinked);
	if (emptied)
		luo_object_layout_abort(out, id->kind);
}
