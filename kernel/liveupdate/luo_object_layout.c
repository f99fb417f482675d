// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The layouts that objects are stored in
 *
 * Two kernels may give one version number to two layouts. Therefore an object of kind
 * "layouts" is stored for each version of a kind that has objects in it, with the
 * digest of its layout (linux/kho/abi/luo_layout.h). It is removed with the last object
 * of the kind, in this kernel and in the next one.
 *
 * It is called by luo_object_out.c and luo_object_in.c. It calls these two and
 * luo_object_table.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/luo_field.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "luo_object_internal.h"

#define LAYOUTS_FIELDS(field, ser)					\
	field(ser, 1, string, kind)					\
	field(ser, 1, u32, version)					\
	field(ser, 1, u32, digest)

#define LAYOUTS_VERSIONS(version, kind)					\
	version(kind, 1, optional)

LUO_DEFINE_KIND(layouts, struct luo_layout_ser, LAYOUTS_FIELDS,
		LAYOUTS_VERSIONS);

/* The version without the mark of a record. */
static u32 luo_object_layout_number(u32 version)
{
	return version & ~LUO_OBJECT_VERSION_SUBSECTIONS;
}

static u64 luo_object_layout_instance(const char *kind, u32 version)
{
	return LUO_LAYOUT_INSTANCE(luo_object_table_kind_crc(kind),
				   luo_object_layout_number(version));
}

/**
 * luo_object_layout_register - Register the kind of the layouts.
 *
 * Context: Process context, may sleep.
 * Return: As luo_object_register_kind().
 */
int luo_object_layout_register(void)
{
	return luo_object_register_kind(&layouts_kind);
}

/**
 * luo_object_layout_store - Store the layout of a version.
 * @out:     The set to store it in.
 * @kind:    The kind.
 * @version: The version.
 * @layout:  The digest of its layout.
 * @gfp:     Allocation mask.
 *
 * Context: Process context, may sleep. The lock of @out is not held.
 * Return: 0, also if it is stored already; or a negative errno, see
 * luo_store_object_flags().
 */
int luo_object_layout_store(struct luo_object_out *out, const char *kind,
			    u32 version, u32 layout, gfp_t gfp)
{
	const struct luo_object_id id = {
		.kind = LUO_LAYOUT_KIND,
		.instance = luo_object_layout_instance(kind, version),
	};
	struct luo_layout_ser ser = {
		.version = luo_object_layout_number(version),
		.digest = layout,
	};
	int err;

	strscpy(ser.kind, kind, sizeof(ser.kind));
	err = luo_object_out_store(out, &ser, sizeof(ser), &id,
				   LUO_LAYOUT_VERSION,
				   LUO_OBJECT_RECORD_OPTIONAL, gfp);

	return err == -EEXIST ? 0 : err;
}

/* Find the record with the layout of a version. */
static struct luo_object_record_ser *
luo_object_layout_record(const struct luo_object_table *table, const char *kind,
			 u32 version)
{
	return table ? luo_object_table_record(table,
					       luo_object_layout_instance(kind,
									  version),
					       LUO_LAYOUT_VERSION) : NULL;
}

/* Compare a layout that was stored. The names of two kinds may have the same CRC. */
static int luo_object_layout_compare(const struct luo_layout_ser *ser,
				     const char *kind, u32 version, u32 layout)
{
	version = luo_object_layout_number(version);
	if (strncmp(ser->kind, kind, sizeof(ser->kind)) ||
	    ser->version != version || ser->digest == layout)
		return 0;

	pr_err("kind %s version %u: found the layout with digest %08x, expected %08x: both have the same number\n",
	       kind, version, ser->digest, layout);

	return -EPROTO;
}

/**
 * luo_object_layout_stored - Check whether the layout of a version is stored.
 * @out:     The set.
 * @kind:    The kind.
 * @version: The version.
 * @layout:  The digest of its layout.
 *
 * Context: Process context. The lock of @out is held.
 * Return: 0; -ENOLINK if it is not stored; -EPROTO if another one is.
 */
int luo_object_layout_stored(struct luo_object_out *out, const char *kind,
			     u32 version, u32 layout)
{
	const struct luo_object_record_ser *record;
	struct luo_object_table *table;

	lockdep_assert_held(&out->lock);

	table = luo_object_table_find(&out->tables, LUO_LAYOUT_KIND);
	record = luo_object_layout_record(table, kind, version);
	if (!record)
		return -ENOLINK;

	return luo_object_layout_compare(luo_object_table_record_data(record), kind,
					 version, layout);
}

/**
 * luo_object_layout_abort - Remove the layouts of a kind without objects.
 * @out:  The set.
 * @kind: The kind. Nothing happens if it has objects.
 *
 * Context: Process context, may sleep. The lock of @out is not held.
 */
void luo_object_layout_abort(struct luo_object_out *out, const char *kind)
{
	const u32 kind_crc = luo_object_table_kind_crc(kind);
	struct luo_object_unlinked unlinked = {};
	struct luo_object_record_ser *record;
	struct luo_object_block_ser *block;
	struct luo_object_table *table;

	scoped_guard(mutex, &out->lock) {
		table = luo_object_table_find(&out->tables, kind);
		if (table && table->nr_records)
			return;
		if (table)
			memset(table->layouts, 0, sizeof(table->layouts));

		table = luo_object_table_find(&out->tables, LUO_LAYOUT_KIND);
		if (!table)
			return;

		luo_object_for_each_block(table, block) {
			luo_object_for_each_record(block, record) {
				if (record->instance >> 16 == kind_crc)
					luo_object_out_unlink(out, table, record,
							      &unlinked);
			}
		}
	}
	luo_object_out_free(out, &unlinked);
}

/**
 * luo_object_layout_check - Check the layout of a version of the previous kernel.
 * @in:      The set.
 * @kind:    The kind.
 * @version: The version.
 * @layout:  The digest of the layout that this kernel reads.
 *
 * If the previous kernel has stored none, the layout is the published one. If the list of
 * kinds is corrupt and has no layouts, this is assumed too, because otherwise all objects
 * would be lost with a part of the list.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 * Return: 0; -EPROTO if the layouts differ; -EBADMSG if the digest that the previous kernel
 * has stored is corrupt, or may have been lost; -ENOMEM if there is no memory.
 */
int luo_object_layout_check(struct luo_object_in *in, const char *kind,
			    u32 version, u32 layout)
{
	const struct luo_object_record_ser *record;
	struct luo_object_table *table;
	struct luo_layout_ser ser;
	int err;

	err = luo_object_in_table(in, LUO_LAYOUT_KIND, &table);
	if (err)
		return err;

	record = luo_object_layout_record(table, kind, version);
	if (record)
		err = record->size == sizeof(ser) ?
		      luo_object_in_copy_data(&ser, record) : -EBADMSG;
	else if (luo_object_in_damaged(in, table, LUO_LAYOUT_KIND))
		err = -EBADMSG;
	else if (in->damaged && !table)
		pr_warn("kind %s version %u: the digest of its layout may be lost, expecting the published layout\n",
			kind, luo_object_layout_number(version));

	if (err == -EBADMSG)
		pr_err("kind %s version %u: not loaded, the digest of its layout is damaged\n",
		       kind, luo_object_layout_number(version));
	if (err || !record)
		return err;

	return luo_object_layout_compare(&ser, kind, version, layout);
}

/**
 * luo_object_layout_finish - Free the layouts of a kind of the previous kernel.
 * @in:   The set.
 * @kind: The kind, of which all objects were finished.
 *
 * Context: Process context, may sleep. The lock of @in is held.
 */
void luo_object_layout_finish(struct luo_object_in *in, const char *kind)
{
	const u32 kind_crc = luo_object_table_kind_crc(kind);
	struct luo_object_record_ser *record;
	struct luo_object_block_ser *block;
	struct luo_object_table *table;

	lockdep_assert_held(&in->lock);

	table = luo_object_table_find(&in->tables, LUO_LAYOUT_KIND);
	if (!table)
		return;

	luo_object_for_each_block(table, block) {
		luo_object_for_each_record(block, record) {
			if (record->instance >> 16 == kind_crc)
				luo_object_in_remove(in, table, record);
		}
	}
	luo_object_in_free_empty(in, table);
}
