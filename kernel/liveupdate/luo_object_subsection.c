// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Subsections of objects
 *
 * A subsection is a part of an object that is stored only if it is needed: if any of its
 * fields differs from its fallback. It is an object of kind "<kind>.<subsection>" with
 * the same instance. If it is mandatory, the record of the object has the mark
 * %LUO_OBJECT_VERSION_SUBSECTIONS in its version, so that a kernel that does not know
 * subsections does not load the object, and a kernel that does looks for mandatory
 * subsections that it does not know.
 *
 * It is called by luo_object_convert.c and luo_object_kind.c. It calls these two,
 * luo_object_field.c and luo_object_in.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

/* All versions of a subsection are mandatory, or all are optional. */
static bool
luo_object_subsection_mandatory(const struct luo_object_subsection *part)
{
	return !(part->kind->versions[0].flags & LUO_OBJECT_RECORD_OPTIONAL);
}

/* The name of a subsection without that of the kind. */
static const char *luo_object_subsection_name(const struct luo_object_kind *kind,
					      const char *name)
{
	return name + strlen(kind->name) + 1;
}

static bool luo_object_subsection_valid(const struct luo_object_kind *kind,
					const struct luo_object_kind *part)
{
	unsigned int i;

	if (!luo_object_is_subsection_of(part->name, kind->name) ||
	    !part->fields || part->drop || part->nr_subsections ||
	    part->nr_members)
		return false;

	for (i = 0; i < part->nr_versions; i++) {
		if (part->versions[i].flags != part->versions[0].flags)
			return false;
	}
	for (i = 0; i < part->nr_fields; i++) {
		const struct luo_field *field = &part->fields[i];

		if (field->type != LUO_FIELD_ARRAY &&
		    field->type != LUO_FIELD_REFERENCE)
			continue;
		/* A kernel that skips the subsection could not free the memory. */
		pr_warn("kind %s: field %s leads to other memory, which a subsection must not\n",
			part->name, field->name);
		return false;
	}

	return true;
}

/**
 * luo_object_subsections_valid - Check the subsections of a kind.
 * @kind: The kind.
 *
 * Return: true if each has the name of the kind in its name, has only mandatory or only
 * optional versions, and has no elements, arrays, references or subsections.
 */
bool luo_object_subsections_valid(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_subsections; i++) {
		if (!luo_object_subsection_valid(kind, kind->subsections[i].kind))
			return false;
	}

	return true;
}

/**
 * luo_object_subsection_needed - Check whether an object needs a subsection.
 * @part:   The subsection.
 * @object: The object.
 *
 * Return: true if the value of a field would be lost without it.
 */
bool luo_object_subsection_needed(const struct luo_object_subsection *part,
				  const void *object)
{
	return luo_object_fields_set(part->kind, object + part->offset);
}

/**
 * luo_object_subsections_mark - Get the mark of the versions of an object.
 * @kind:   Its kind.
 * @object: The object.
 *
 * Return: %LUO_OBJECT_VERSION_SUBSECTIONS if it needs a mandatory subsection, else 0.
 */
u16 luo_object_subsections_mark(const struct luo_object_kind *kind,
				const void *object)
{
	unsigned int i;

	for (i = 0; i < kind->nr_subsections; i++) {
		const struct luo_object_subsection *part = &kind->subsections[i];

		if (luo_object_subsection_mandatory(part) &&
		    luo_object_subsection_needed(part, object))
			return LUO_OBJECT_VERSION_SUBSECTIONS;
	}

	return 0;
}

static bool luo_object_subsection_known(const struct luo_object_kind *kind,
					const char *name)
{
	unsigned int i;

	for (i = 0; i < kind->nr_subsections; i++) {
		if (!strcmp(kind->subsections[i].kind->name, name))
			return true;
	}

	return false;
}

/* Check whether a table has a mandatory record of an object. */
static bool luo_object_table_mandatory(const struct luo_object_table *table,
				       u64 instance)
{
	struct luo_object_record_ser *record;
	unsigned long cursor;

	luo_index_for_each(&table->index, instance, cursor, record) {
		if (!(record->flags & LUO_OBJECT_RECORD_OPTIONAL))
			return true;
	}

	return false;
}

/* Check for a corrupt table that may have been that of an unknown subsection. */
static bool luo_object_subsection_damaged(const struct luo_object_kind *kind,
					  const struct list_head *tables)
{
	const struct luo_object_table *table;

	list_for_each_entry(table, tables, list) {
		if (!table->damaged)
			continue;
		/* If the name is corrupt, the kind may be any. */
		if (table->kind_crc != luo_object_table_kind_crc(table->kind))
			return true;
		/* A known subsection is looked up. */
		if (luo_object_is_subsection_of(table->kind, kind->name) &&
		    !luo_object_subsection_known(kind, table->kind))
			return true;
	}

	return false;
}

/**
 * luo_object_subsections_check - Check for mandatory subsections that are not known.
 * @in:       The set that the object is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind. It has a mandatory subsection.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPROTONOSUPPORT if there is one; -EBADMSG if one may be lost; -ENOMEM if
 * there is no memory.
 */
int luo_object_subsections_check(struct luo_object_in *in,
				 const struct luo_object_kind *kind, u64 instance)
{
	struct luo_object_table *table;
	int err;

	guard(mutex)(&in->lock);

	err = luo_object_in_read_all(in);
	if (err)
		return err;

	list_for_each_entry(table, &in->tables, list) {
		if (!luo_object_is_subsection_of(table->kind, kind->name) ||
		    luo_object_subsection_known(kind, table->kind) ||
		    !luo_object_table_mandatory(table, instance))
			continue;
		pr_err("kind %s instance %llu: not loaded, it has the mandatory subsection %s, which this kernel does not know\n",
		       kind->name, instance,
		       luo_object_subsection_name(kind, table->kind));
		return -EPROTONOSUPPORT;
	}

	if (!in->damaged && !luo_object_subsection_damaged(kind, &in->tables) &&
	    !luo_object_subsection_damaged(kind, &in->lost))
		return 0;

	pr_err("kind %s instance %llu: not loaded, a mandatory subsection may be lost\n",
	       kind->name, instance);

	return -EBADMSG;
}

static int luo_object_subsection_load(struct luo_object_in *in,
				      const struct luo_object_kind *kind,
				      const struct luo_object_subsection *part,
				      u64 instance, void *ser, bool marked)
{
	int err = -ENOENT;
	u32 loaded;

	if (marked || !luo_object_subsection_mandatory(part))
		err = luo_object_convert_load_alone(in, part->kind, instance,
						    ser, &loaded);
	if (err == -ENOENT) {
		luo_object_fields_reset(part->kind, ser);
		return 0;
	}
	if (err && err != -ENOMEM)
		pr_err("kind %s instance %llu: not loaded, because subsection %s cannot be loaded: %d\n",
		       kind->name, instance,
		       luo_object_subsection_name(kind, part->kind->name), err);

	return err;
}

/* The size of an object, up to the end of its last subsection. */
static size_t luo_object_subsections_size(const struct luo_object_kind *kind)
{
	size_t size = kind->size;
	unsigned int i;

	for (i = 0; i < kind->nr_subsections; i++)
		size = max_t(size_t, size, kind->subsections[i].offset +
			     kind->subsections[i].kind->size);

	return size;
}

/**
 * luo_object_subsections_load - Load an object with its subsections and members.
 * @in:       The set that it is in.
 * @kind:     Its kind, which has subsections or members.
 * @instance: Its number within the kind.
 * @object:   Set to the newest struct and those of the subsections, unchanged on failure.
 *            The fields of a subsection that is absent are set to their fallbacks.
 * @loaded:   As for luo_object_convert_load_alone().
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_load().
 */
int luo_object_subsections_load(struct luo_object_in *in,
				const struct luo_object_kind *kind, u64 instance,
				void *object, u32 *loaded)
{
	const struct luo_object_subsection *part = kind->subsections;
	unsigned int i;
	u32 version;
	int err;

	void *copy __free(kfree) = kzalloc(luo_object_subsections_size(kind),
					   GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	err = luo_object_convert_load_alone(in, kind, instance, copy, &version);
	for (i = 0; i < kind->nr_subsections && !err; i++)
		err = luo_object_subsection_load(in, kind, &part[i], instance,
						 copy + part[i].offset,
						 version & LUO_OBJECT_VERSION_SUBSECTIONS);
	if (!err)
		err = luo_object_members_load(kind, instance, copy, object);
	if (err)
		return err;

	memcpy(object, copy, kind->size);
	for (i = 0; i < kind->nr_subsections; i++)
		memcpy(object + part[i].offset, copy + part[i].offset,
		       part[i].kind->size);
	*loaded = version;

	return 0;
}
