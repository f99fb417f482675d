// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects in debugfs
 *
 * ``/sys/kernel/debug/luo_objects/outgoing`` and ``incoming`` list every record,
 * one a line: kind, instance, version, size in bytes, mandatory or optional.
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "luo_object_internal.h"

/* A place among the records of the outgoing or the incoming tables. */
struct luo_object_place {
	bool incoming;
	struct list_head *tables;
	struct luo_object_table *table;
	struct luo_object_block_ser *block;
	unsigned int slot;
};

/* The record at or after a place, to which the place moves. */
static struct luo_object_record_ser *
luo_object_place_settle(struct luo_object_place *place)
{
	struct luo_object_record_ser *records;

	while (!list_entry_is_head(place->table, place->tables, list)) {
		while (place->block) {
			records = luo_object_block_records(place->block);
			for (; place->slot < LUO_OBJECT_RECORDS_PER_BLOCK;
			     place->slot++) {
				if (records[place->slot].flags)
					return &records[place->slot];
			}
			place->block = luo_object_next_block(place->block);
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
	loff_t skip = *pos;
	void *record;
	int err;

	if (place->incoming) {
		mutex_lock(&luo_object_in.lock);
		place->tables = &luo_object_in.tables;
		err = luo_object_in_read_all(&luo_object_in);
		if (err)
			return err == -ENOENT ? NULL : ERR_PTR(err);
	} else {
		mutex_lock(&luo_object_out.lock);
		place->tables = &luo_object_out.tables;
	}

	if (list_empty(place->tables))
		return NULL;

	place->table = list_first_entry(place->tables, struct luo_object_table,
					list);
	place->block = place->table->first;
	place->slot = 0;
	record = luo_object_place_settle(place);
	while (record && skip--) {
		place->slot++;
		record = luo_object_place_settle(place);
	}

	return record;
}

static void *luo_object_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct luo_object_place *place = m->private;

	++*pos;
	place->slot++;

	return luo_object_place_settle(place);
}

static int luo_object_seq_show(struct seq_file *m, void *v)
{
	struct luo_object_place *place = m->private;
	struct luo_object_record_ser *record = v;

	seq_printf(m, "%s %llu %u %u %s\n", place->table->kind,
		   record->instance, record->version, record->size,
		   record->flags & LUO_OBJECT_RECORD_OPTIONAL ? "optional" :
								"mandatory");

	return 0;
}

static void luo_object_seq_stop(struct seq_file *m, void *v)
{
	struct luo_object_place *place = m->private;

	if (place->incoming)
		mutex_unlock(&luo_object_in.lock);
	else
		mutex_unlock(&luo_object_out.lock);
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

	place = __seq_open_private(file, &luo_object_seq_ops, sizeof(*place));
	if (!place)
		return -ENOMEM;

	place->incoming = inode->i_private;

	return 0;
}

static const struct file_operations luo_object_list_fops = {
	.owner		= THIS_MODULE,
	.open		= luo_object_list_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= seq_release_private,
};

static int __init luo_object_debugfs_init(void)
{
	struct dentry *dir = debugfs_create_dir("luo_objects", NULL);

	debugfs_create_file("outgoing", 0400, dir, NULL, &luo_object_list_fops);
	debugfs_create_file("incoming", 0400, dir, &luo_object_in,
			    &luo_object_list_fops);

	return 0;
}
late_initcall(luo_object_debugfs_init);
