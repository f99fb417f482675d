// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects in debugfs
 *
 * ``/sys/kernel/debug/luo_objects/outgoing`` and ``incoming`` list all records, one
 * per line: kind, instance, version, size in bytes, mandatory or optional.
 * ``outgoing.fields`` and ``incoming.fields`` list below each record the names and values
 * of its fields, if the kind is registered and has fields. ``outgoing.dump`` and
 * ``incoming.dump`` also list those of the elements that fields lead to.
 *
 * Instances and fields may be physical addresses, so opening a file needs
 * CAP_SYS_ADMIN, as reading page frame numbers from /proc/<pid>/pagemap does.
 *
 * Nothing calls it. It reads the two sets of luo_object_core.c, and calls
 * luo_object_field.c and luo_elements_show.c.
 */

#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_elements_internal.h"
#include "luo_object_internal.h"

/* The contents of a file: which set, and whether with fields and elements. */
struct luo_object_view {
	bool incoming;
	bool fields;
	bool elements;
};

/* A slot in the tables of a set. The position in the file is its number. */
struct luo_object_place {
	const struct luo_object_view *view;
	struct list_head *tables;
	struct luo_object_table *table;
	struct luo_object_block_ser *block;
	unsigned int slot;
};

static u64 luo_object_table_slots(const struct luo_object_table *table)
{
	return table->last ? (table->last->sequence + 1ULL) *
			     LUO_OBJECT_RECORDS_PER_BLOCK : 0;
}

static void luo_object_place_at(struct luo_object_place *place, u64 pos)
{
	list_for_each_entry(place->table, place->tables, list) {
		if (pos < luo_object_table_slots(place->table))
			break;
		pos -= luo_object_table_slots(place->table);
	}
	if (list_entry_is_head(place->table, place->tables, list))
		return;

	place->block = place->table->first;
	for (; pos >= LUO_OBJECT_RECORDS_PER_BLOCK;
	     pos -= LUO_OBJECT_RECORDS_PER_BLOCK)
		place->block = luo_object_next_block(place->block);
	place->slot = pos;
}

/* Find the record at or after a place. Move the place and the position to it. */
static struct luo_object_record_ser *
luo_object_place_next(struct luo_object_place *place, loff_t *pos)
{
	struct luo_object_record_ser *record;

	while (!list_entry_is_head(place->table, place->tables, list)) {
		for (; place->block;
		     place->block = luo_object_next_block(place->block)) {
			for (; place->slot < LUO_OBJECT_RECORDS_PER_BLOCK;
			     place->slot++, ++*pos) {
				record = luo_object_block_records(place->block) +
					 place->slot;
				if (record->flags & LUO_OBJECT_RECORD_PRESENT)
					return record;
			}
			place->slot = 0;
		}
		place->table = list_next_entry(place->table, list);
		if (!list_entry_is_head(place->table, place->tables, list))
			place->block = place->table->first;
	}

	return NULL;
}

static void *luo_object_seq_start(struct seq_file *m, loff_t *pos)
{
	struct luo_object_place *place = m->private;
	int err;

	/* The same lock order as in luo_object_kind_drop(). */
	mutex_lock(&luo_object_kinds_lock);
	if (place->view->incoming) {
		mutex_lock(&luo_objects_in.lock);
		place->tables = &luo_objects_in.tables;
		err = luo_object_in_read_all(&luo_objects_in);
		if (err)
			return err == -ENOENT ? NULL : ERR_PTR(err);
	} else {
		mutex_lock(&luo_objects_out.lock);
		place->tables = &luo_objects_out.tables;
	}

	luo_object_place_at(place, *pos);

	return luo_object_place_next(place, pos);
}

static void *luo_object_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct luo_object_place *place = m->private;

	place->slot++;
	++*pos;

	return luo_object_place_next(place, pos);
}

static void luo_object_seq_stop(struct seq_file *m, void *v)
{
	struct luo_object_place *place = m->private;

	if (place->view->incoming)
		mutex_unlock(&luo_objects_in.lock);
	else
		mutex_unlock(&luo_objects_out.lock);
	mutex_unlock(&luo_object_kinds_lock);
}

/* Show data by the fields of its version, if this kernel has the same layout. */
static void luo_object_show_version(struct seq_file *m, const char *prefix,
				    const struct luo_object_kind *kind,
				    const struct luo_object_version *version,
				    const void *data)
{
	const struct luo_object_place *place = m->private;
	int err = 0;

	if (place->view->incoming && version->layout)
		err = luo_object_layout_check(&luo_objects_in, kind->name,
					      version->version, version->layout);
	if (err) {
		seq_printf(m, "  not shown: %s\n",
			   err == -EPROTO ? "in another layout" :
			   err == -EBADMSG ? "the digest of its layout is damaged" :
					     "no memory");
		return;
	}
	luo_object_fields_show(m, prefix, kind, version, data);
	if (place->view->elements)
		luo_elements_show(m, prefix, kind, version, data);
}

static void luo_object_show_fields(struct seq_file *m, const char *prefix,
				   const char *name,
				   const struct luo_object_record_ser *record)
{
	const u16 number = record->version & ~LUO_OBJECT_VERSION_SUBSECTIONS;
	const struct luo_object_kind *kind;
	unsigned int i;

	void *data __free(kvfree) = kvmalloc(record->size, GFP_KERNEL);
	if (!data) {
		seq_puts(m, "  not shown: no memory\n");
		return;
	}

	memcpy(data, luo_object_table_record_data(record), record->size);
	if (crc32c(~0, data, record->size) != record->data_crc) {
		seq_puts(m, "  damaged\n");
		return;
	}

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!kind->fields || strcmp(kind->name, name))
			continue;
		for (i = 0; i < kind->nr_versions; i++) {
			if (kind->versions[i].version == number &&
			    kind->versions[i].size == record->size)
				luo_object_show_version(m, prefix, kind,
							&kind->versions[i],
							data);
		}
	}
}

/* Show the newest version of each subsection of an object below its fields. */
static void luo_object_show_subsections(struct seq_file *m, const char *name,
					u64 instance)
{
	const struct luo_object_place *place = m->private;
	struct luo_object_record_ser *record, *newest;
	char prefix[LUO_OBJECT_KIND_LEN + 1];
	struct luo_object_table *table;
	unsigned long cursor;

	list_for_each_entry(table, place->tables, list) {
		if (!luo_object_is_subsection_of(table->kind, name))
			continue;
		newest = NULL;
		luo_index_for_each(&table->index, instance, cursor, record) {
			if (!newest || record->version > newest->version)
				newest = record;
		}
		if (!newest)
			continue;
		snprintf(prefix, sizeof(prefix), "%s.",
			 table->kind + strlen(name) + 1);
		luo_object_show_fields(m, prefix, table->kind, newest);
	}
}

static int luo_object_seq_show(struct seq_file *m, void *v)
{
	struct luo_object_place *place = m->private;
	struct luo_object_record_ser *record = v;

	seq_printf(m, "%s %llu %u %u %s\n", place->table->kind,
		   record->instance,
		   record->version & ~LUO_OBJECT_VERSION_SUBSECTIONS, record->size,
		   record->flags & LUO_OBJECT_RECORD_OPTIONAL ? "optional" :
								"mandatory");
	if (place->view->fields) {
		luo_object_show_fields(m, "", place->table->kind, record);
		luo_object_show_subsections(m, place->table->kind,
					    record->instance);
	}

	return 0;
}

static const struct seq_operations luo_object_seq_ops = {
	.start	= luo_object_seq_start,
	.next	= luo_object_seq_next,
	.stop	= luo_object_seq_stop,
	.show	= luo_object_seq_show,
};

static int luo_object_list_open(struct inode *inode, struct file *file)
{
	struct luo_object_place *place;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;

	place = __seq_open_private(file, &luo_object_seq_ops, sizeof(*place));
	if (!place)
		return -ENOMEM;

	place->view = inode->i_private;

	return 0;
}

static const struct file_operations luo_object_list_fops = {
	.owner		= THIS_MODULE,
	.open		= luo_object_list_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

static struct luo_object_view luo_object_views[] = {
	{ .incoming = false },
	{ .incoming = false, .fields = true },
	{ .incoming = false, .fields = true, .elements = true },
	{ .incoming = true },
	{ .incoming = true, .fields = true },
	{ .incoming = true, .fields = true, .elements = true },
};

static int __init luo_object_debugfs_init(void)
{
	static const char * const names[] = {
		"outgoing", "outgoing.fields", "outgoing.dump",
		"incoming", "incoming.fields", "incoming.dump",
	};
	struct dentry *dir = debugfs_create_dir("luo_objects", NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		debugfs_create_file(names[i], 0400, dir, &luo_object_views[i],
				    &luo_object_list_fops);

	return 0;
}
late_initcall(luo_object_debugfs_init);
