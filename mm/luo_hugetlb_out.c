// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserving a hugetlb file
 *
 * The calls preserve, unpreserve, freeze and unfreeze of the file handler in luo_hugetlb.c.
 *
 * Preserve references the pages of the file and stores an object. Programs use the file as
 * before, in every way. Freeze stops changes of the file and stores its final state: what
 * was added, punched, truncated, reserved or sealed since. It searches the pages of the
 * file again only if there was a change.
 */

#define pr_fmt(fmt) "luo_hugetlb: " fmt

#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
#include <linux/liveupdate.h>
#include <linux/luo_elements.h>
#include <linux/luo_kind.h>
#include <linux/memfd.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "luo_hugetlb.h"

/**
 * struct luo_hugetlb_image - A file in preserved memory.
 * @ser:      The object.
 * @extents:  The array of its extents.
 * @reserved: The array of its reserved ranges.
 */
struct luo_hugetlb_image {
	struct luo_hugetlb_ser ser;
	struct luo_array extents;
	struct luo_array reserved;
};

/**
 * struct luo_hugetlb - A preserved file.
 * @file:     The file.
 * @instance: The instance of its object.
 * @changes:  The value of luo_hugetlb_changes_seen() before @list was collected.
 * @poison:   The value of luo_run_poison_seen() before @list was collected.
 * @list:     Its pages, which are preserved.
 * @image:    What is stored.
 */
struct luo_hugetlb {
	struct file *file;
	u64 instance;
	long changes;
	long poison;
	struct luo_hugetlb_list list;
	struct luo_hugetlb_image image;
};

static void luo_hugetlb_image_free(struct luo_hugetlb_image *image)
{
	luo_array_free(&image->extents);
	luo_array_free(&image->reserved);
	*image = (struct luo_hugetlb_image){};
}

/* Copy the reserved ranges if there are at most @max. Return their number. */
static u64 luo_hugetlb_copy_reserved(struct resv_map *map,
				     struct luo_hugetlb_reserved_ser *ranges,
				     u64 max)
{
	struct file_region *region;
	u64 nr = 0;

	spin_lock(&map->lock);
	list_for_each_entry(region, &map->regions, link) {
		if (region->from == region->to)
			continue;
		if (nr < max)
			ranges[nr] = (struct luo_hugetlb_reserved_ser){
				.from = region->from,
				.to = region->to,
			};
		nr++;
	}
	spin_unlock(&map->lock);

	return nr;
}

static int luo_hugetlb_image_reserved(struct luo_hugetlb_image *image,
				      struct inode *inode)
{
	struct resv_map *map = HUGETLBFS_I(inode)->resv_map;
	struct luo_hugetlb_reserved_ser *ranges = NULL;
	u64 max = 0, nr;
	int err;

	/* Before freeze the ranges can change at any time. */
	while ((nr = luo_hugetlb_copy_reserved(map, ranges, max)) > max) {
		kvfree(ranges);
		max = nr;
		ranges = kvmalloc_array(max, sizeof(*ranges),
					GFP_KERNEL | __GFP_NOWARN);
		if (!ranges)
			return -ENOMEM;
	}

	err = luo_elements_save(&image->ser.reserved, &image->reserved,
				luo_hugetlb_reserved_kind, ranges, nr,
				GFP_KERNEL);
	kvfree(ranges);

	return err;
}

static void luo_hugetlb_image_name(char *name, struct dentry *dentry)
{
	struct name_snapshot snapshot;

	take_dentry_name_snapshot(&snapshot, dentry);
	memcpy(name, snapshot.name.name,
	       min(snapshot.name.len, LUO_HUGETLB_NAME_LEN - 1));
	release_dentry_name_snapshot(&snapshot);
}

static void luo_hugetlb_image_inode(struct luo_hugetlb_ser *ser,
				    const struct luo_hugetlb *hugetlb)
{
	const struct inode *inode = file_inode(hugetlb->file);
	u64 i;

	ser->pos = hugetlb->file->f_pos;
	ser->size = i_size_read(inode);
	ser->order = huge_page_order(hstate_file(hugetlb->file));
	ser->seals = memfd_get_seals(hugetlb->file);
	ser->mode = inode->i_mode & S_IALLUGO;
	ser->uid = i_uid_read(inode);
	ser->gid = i_gid_read(inode);
	for (i = 0; i < hugetlb->list.nr; i++)
		ser->nr += hugetlb->list.extents[i].nr;
	luo_hugetlb_image_name(ser->name, hugetlb->file->f_path.dentry);
}

static int luo_hugetlb_image_create(struct luo_hugetlb_image *image,
				    const struct luo_hugetlb *hugetlb)
{
	int err;

	*image = (struct luo_hugetlb_image){};
	luo_hugetlb_image_inode(&image->ser, hugetlb);
	err = luo_elements_save(&image->ser.extents, &image->extents,
				luo_hugetlb_extent_kind, hugetlb->list.extents,
				hugetlb->list.nr, GFP_KERNEL);
	if (!err)
		err = luo_hugetlb_image_reserved(image,
						 file_inode(hugetlb->file));
	if (err)
		luo_hugetlb_image_free(image);

	return err;
}

/* Collect the pages, unless nothing has changed since they were collected last. */
static int luo_hugetlb_collect_changed(struct luo_hugetlb *hugetlb)
{
	const long poison = luo_run_poison_seen();
	const long changes = luo_hugetlb_changes_seen(file_inode(hugetlb->file));
	int err;

	if (changes == hugetlb->changes && poison == hugetlb->poison)
		return 0;

	err = luo_hugetlb_collect(hugetlb->file, &hugetlb->list);
	if (err)
		return err;
	hugetlb->changes = changes;
	hugetlb->poison = poison;

	return 0;
}

/* Store the file as it is now. */
static int luo_hugetlb_save(struct luo_hugetlb *hugetlb, bool freeze)
{
	struct luo_hugetlb_image image;
	int err;

	err = luo_hugetlb_collect_changed(hugetlb);
	if (!err)
		err = luo_hugetlb_image_create(&image, hugetlb);
	if (err)
		return err;

	err = freeze ?
	      luo_object_update(luo_hugetlb_kind, hugetlb->instance, &image.ser) :
	      luo_object_save(luo_hugetlb_kind, hugetlb->instance, &image.ser);
	if (err) {
		luo_hugetlb_image_free(&image);
		return err;
	}
	luo_hugetlb_image_free(&hugetlb->image);
	hugetlb->image = image;
	luo_hugetlb_pool_write();

	return 0;
}

/* Return why a file cannot be preserved, or NULL. */
static const char *luo_hugetlb_unsupported(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	/* It would be open for both in the next kernel. */
	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) !=
	    (FMODE_READ | FMODE_WRITE))
		return "not open for reading and writing";
	if (inode->i_flags & S_PRIVATE)
		return "a segment of System V shared memory";
	if (inode->i_sb->s_user_ns != &init_user_ns)
		return "in a user namespace";

	return NULL;
}

/**
 * luo_hugetlb_out_preserve - Preserve a file.
 * @args: The arguments of the handler.
 *
 * Return: 0; -EOPNOTSUPP if the file is not open for reading and writing, is a segment of
 * System V shared memory, or is in a user namespace; as luo_hugetlb_collect(); -ENOMEM. On
 * an error the file is unchanged, except that a page of it may have moved to other page
 * frames.
 */
int luo_hugetlb_out_preserve(struct liveupdate_file_op_args *args)
{
	const char *unsupported = luo_hugetlb_unsupported(args->file);
	static atomic64_t last_instance;
	struct luo_hugetlb *hugetlb;
	int err;

	if (unsupported) {
		pr_err("a file that is %s cannot be preserved\n", unsupported);
		return -EOPNOTSUPP;
	}

	hugetlb = kzalloc_obj(*hugetlb);
	if (!hugetlb)
		return -ENOMEM;

	hugetlb->file = args->file;
	hugetlb->instance = atomic64_inc_return(&last_instance);
	/* Collect the pages also if there was no change yet. */
	hugetlb->changes = -1;
	err = luo_hugetlb_save(hugetlb, false);
	if (err) {
		luo_hugetlb_collect_release(hstate_file(args->file),
					    &hugetlb->list);
		luo_hugetlb_pool_write();
		kfree(hugetlb);
		return err;
	}

	args->private_data = hugetlb;
	args->serialized_data = hugetlb->instance;

	return 0;
}

/**
 * luo_hugetlb_out_unpreserve - Undo luo_hugetlb_out_preserve().
 * @args: The arguments of the handler.
 *
 * The object was aborted before, because it belongs to the file.
 */
void luo_hugetlb_out_unpreserve(struct liveupdate_file_op_args *args)
{
	struct luo_hugetlb *hugetlb = args->private_data;

	luo_hugetlb_image_free(&hugetlb->image);
	luo_hugetlb_collect_release(hstate_file(hugetlb->file), &hugetlb->list);
	luo_hugetlb_pool_write();
	kfree(hugetlb);
}

/**
 * luo_hugetlb_out_freeze - Preserve the final state of a file.
 * @args: The arguments of the handler.
 *
 * Takes no lock that a task may hold which waits because another file is frozen.
 *
 * Return: 0; or as luo_hugetlb_out_preserve(), with the file preserved as before.
 */
int luo_hugetlb_out_freeze(struct liveupdate_file_op_args *args)
{
	struct luo_hugetlb *hugetlb = args->private_data;
	struct inode *inode = file_inode(hugetlb->file);
	int err;

	luo_hugetlb_changes_freeze(inode);
	err = luo_hugetlb_save(hugetlb, true);
	if (err)
		luo_hugetlb_changes_thaw(inode);

	return err;
}

/**
 * luo_hugetlb_out_unfreeze - Undo luo_hugetlb_out_freeze().
 * @args: The arguments of the handler.
 */
void luo_hugetlb_out_unfreeze(struct liveupdate_file_op_args *args)
{
	struct luo_hugetlb *hugetlb = args->private_data;

	luo_hugetlb_changes_thaw(file_inode(hugetlb->file));
}
