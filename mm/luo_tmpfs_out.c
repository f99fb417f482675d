// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserving a tree
 *
 * The calls preserve, unpreserve, quiesce, resume, freeze and unfreeze of the file
 * handler in luo_tmpfs.c.
 *
 * Preserve walks over the tree, pins the pages of all files and stores an image, while
 * programs use the tree. Freeze does the same again, so the image is that of the tree
 * right before the kexec, whatever was created, written, renamed or deleted since.
 * Only the pages of files that have not changed are not visited again.
 *
 * For that, nothing may change from before the last walk until the kexec. Quiesce
 * freezes the superblock, as fsfreeze does: a system call that would change a file or a
 * directory waits, and continues if the kexec is cancelled. A program can still write
 * to pages that it has mapped, which are handed over in place. If it touches a hole,
 * it waits as well. Quiesce must come before any file of any handler is frozen, because
 * it waits for writers, which may wait for frozen files.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/liveupdate.h>
#include <linux/list.h>
#include <linux/luo_kind.h>
#include <linux/mnt_idmapping.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/quotaops.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xarray.h>

#include "luo_tmpfs.h"

#define LUO_TMPFS_FREEZE	(FREEZE_HOLDER_KERNEL | FREEZE_MAY_NEST)

/**
 * struct luo_tmpfs - A preserved tree.
 * @list:     Among all preserved trees.
 * @file:     The directory.
 * @instance: The instance of its object.
 * @quiesced: Its superblock is frozen.
 * @contents: The pages of its files.
 * @image:    What is stored.
 */
struct luo_tmpfs {
	struct list_head list;
	struct file *file;
	u64 instance;
	bool quiesced;
	struct luo_tmpfs_contents contents;
	struct luo_tmpfs_image image;
};

/* Protects the list, and whether a tree is quiesced. */
static DEFINE_MUTEX(luo_tmpfs_lock);
static LIST_HEAD(luo_tmpfs_trees);

static struct super_block *luo_tmpfs_super(const struct luo_tmpfs *tree)
{
	return file_inode(tree->file)->i_sb;
}

/* Return the part of the filesystem or of the mount that no version can describe. */
static const char *luo_tmpfs_unsupported(const struct file *file)
{
	struct super_block *sb = file_inode(file)->i_sb;
	const struct shmem_sb_info *sbinfo = sb->s_fs_info;

	if (sb->s_user_ns != &init_user_ns)
		return "a user namespace";
	if (is_idmapped_mnt(file->f_path.mnt))
		return "an idmapped mount";
	if (sb_has_encoding(sb))
		return "the option casefold";
	if (sb_any_quota_loaded(sb))
		return "quota";
	if (sbinfo->mpol)
		return "the option mpol=";

	return NULL;
}

static int luo_tmpfs_may_preserve(const struct file *file)
{
	const char *unsupported = luo_tmpfs_unsupported(file);

	/* Files are read that the caller may not be allowed to open. */
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;

	if (unsupported) {
		pr_err("a tree with %s cannot be preserved\n", unsupported);
		return -EOPNOTSUPP;
	}

	return file_inode(file)->i_nlink ? 0 : -ENOENT;
}

/* Preserve the pages of all regular files that a walk has found. */
static int luo_tmpfs_save_contents(struct luo_tmpfs *tree,
				   struct luo_tmpfs_walk *walk, bool freeze)
{
	struct luo_tmpfs_content *content;
	struct luo_tmpfs_entry *entry;
	struct inode *inode;
	u32 i;

	for (i = 0; i < walk->nr; i++) {
		entry = &walk->entries[i];
		inode = d_inode(entry->dentry);
		if (entry->link != i || !S_ISREG(inode->i_mode) ||
		    !luo_tmpfs_content_needed(inode))
			continue;

		content = freeze ?
			  luo_tmpfs_content_freeze(&tree->contents, inode) :
			  luo_tmpfs_content_save(&tree->contents, inode);
		if (IS_ERR(content)) {
			luo_tmpfs_walk_report(entry->dentry, PTR_ERR(content));
			return PTR_ERR(content);
		}
		entry->content = content;
		cond_resched();
	}
	luo_tmpfs_content_release_old(&tree->contents);

	return 0;
}

/* Store the tree as it is now. */
static int luo_tmpfs_save(struct luo_tmpfs *tree, bool freeze)
{
	struct luo_tmpfs_object object;
	struct luo_tmpfs_image image;
	struct luo_tmpfs_walk walk;
	int err;

	tree->contents.generation++;
	err = luo_tmpfs_walk(&walk, tree->file->f_path.dentry);
	if (!err)
		err = luo_tmpfs_save_contents(tree, &walk, freeze);
	if (!err)
		err = luo_tmpfs_image_create(&image, &walk, tree->file);
	luo_tmpfs_walk_free(&walk);
	if (err)
		return err;

	object = (struct luo_tmpfs_object){ image.ser, image.acls };
	err = freeze ?
	      luo_object_update(luo_tmpfs_kind, tree->instance, &object) :
	      luo_object_save(luo_tmpfs_kind, tree->instance, &object);
	if (err) {
		luo_tmpfs_image_free(&image);
		return err;
	}
	luo_tmpfs_image_free(&tree->image);
	tree->image = image;

	return 0;
}

static void luo_tmpfs_resume(struct luo_tmpfs *tree)
{
	if (tree->quiesced)
		thaw_super(luo_tmpfs_super(tree), LUO_TMPFS_FREEZE, NULL);
	tree->quiesced = false;
}

/* Add a tree to the list, unless one of its files is in another tree, too. */
static int luo_tmpfs_add(struct luo_tmpfs *tree)
{
	struct dentry *dentry = tree->file->f_path.dentry, *other;
	struct luo_tmpfs *it;

	guard(mutex)(&luo_tmpfs_lock);
	list_for_each_entry(it, &luo_tmpfs_trees, list) {
		other = it->file->f_path.dentry;
		if (is_subdir(dentry, other) || is_subdir(other, dentry)) {
			pr_err("the directory is in a preserved tree or contains one\n");
			return -EBUSY;
		}
	}
	list_add_tail(&tree->list, &luo_tmpfs_trees);

	return 0;
}

static void luo_tmpfs_remove(struct luo_tmpfs *tree)
{
	guard(mutex)(&luo_tmpfs_lock);
	list_del(&tree->list);
	luo_tmpfs_resume(tree);
}

/**
 * luo_tmpfs_out_preserve - Preserve a tree.
 * @args: The arguments of the handler.
 *
 * Return: 0; -EPERM without CAP_SYS_ADMIN; -ENOENT if the directory was deleted;
 * -EOPNOTSUPP if the filesystem or a file has an option or attribute without a field; -EBUSY if the
 * directory is in another preserved tree or contains one, if a file is preserved in
 * another way, or if a page cannot be moved; -E2BIG if there are too many files; -EINTR;
 * -ENOMEM. On an error the tree is unchanged.
 */
int luo_tmpfs_out_preserve(struct liveupdate_file_op_args *args)
{
	static atomic64_t last_instance;
	struct luo_tmpfs *tree;
	int err;

	err = luo_tmpfs_may_preserve(args->file);
	if (err)
		return err;

	tree = kzalloc_obj(*tree);
	if (!tree)
		return -ENOMEM;

	xa_init(&tree->contents.files);
	tree->file = args->file;
	tree->instance = atomic64_inc_return(&last_instance);
	err = luo_tmpfs_add(tree);
	if (err)
		goto err_free;

	err = luo_tmpfs_save(tree, false);
	if (err)
		goto err_remove;

	args->private_data = tree;
	args->serialized_data = tree->instance;

	return 0;

err_remove:
	luo_tmpfs_content_release_all(&tree->contents);
	luo_tmpfs_remove(tree);
err_free:
	kfree(tree);

	return err;
}

/**
 * luo_tmpfs_out_unpreserve - Undo luo_tmpfs_out_preserve().
 * @args: The arguments of the handler.
 *
 * The object was aborted before, because it belongs to the file.
 */
void luo_tmpfs_out_unpreserve(struct liveupdate_file_op_args *args)
{
	struct luo_tmpfs *tree = args->private_data;

	luo_tmpfs_remove(tree);
	luo_tmpfs_image_free(&tree->image);
	luo_tmpfs_content_release_all(&tree->contents);
	kfree(tree);
}

/**
 * luo_tmpfs_out_quiesce - Freeze the superblocks of all preserved trees.
 * @handler: The handler.
 *
 * Context: Process context. Waits until no system call writes to the filesystems.
 * Return: 0, or a negative errno of freeze_super() with some of them frozen.
 */
int luo_tmpfs_out_quiesce(struct liveupdate_file_handler *handler)
{
	struct luo_tmpfs *tree;
	int err;

	guard(mutex)(&luo_tmpfs_lock);
	list_for_each_entry(tree, &luo_tmpfs_trees, list) {
		err = freeze_super(luo_tmpfs_super(tree), LUO_TMPFS_FREEZE, NULL);
		if (err)
			return err;
		tree->quiesced = true;
	}

	return 0;
}

/**
 * luo_tmpfs_out_resume - Undo luo_tmpfs_out_quiesce().
 * @handler: The handler.
 */
void luo_tmpfs_out_resume(struct liveupdate_file_handler *handler)
{
	struct luo_tmpfs *tree;

	guard(mutex)(&luo_tmpfs_lock);
	list_for_each_entry(tree, &luo_tmpfs_trees, list)
		luo_tmpfs_resume(tree);
}

/**
 * luo_tmpfs_out_freeze - Preserve the final state of a tree.
 * @args: The arguments of the handler.
 *
 * Return: 0; -EAGAIN if the tree was preserved after the others were quiesced; or as
 * luo_tmpfs_out_preserve(). After an error the kexec must not take place, and the next
 * freeze preserves the tree again.
 */
int luo_tmpfs_out_freeze(struct liveupdate_file_op_args *args)
{
	struct luo_tmpfs *tree = args->private_data;
	bool quiesced;
	int err;

	scoped_guard(mutex, &luo_tmpfs_lock)
		quiesced = tree->quiesced;
	if (!quiesced)
		return -EAGAIN;

	err = luo_tmpfs_save(tree, true);
	if (err)
		luo_tmpfs_content_thaw_all(&tree->contents);

	return err;
}

/**
 * luo_tmpfs_out_unfreeze - Undo luo_tmpfs_out_freeze().
 * @args: The arguments of the handler.
 */
void luo_tmpfs_out_unfreeze(struct liveupdate_file_op_args *args)
{
	struct luo_tmpfs *tree = args->private_data;

	luo_tmpfs_content_thaw_all(&tree->contents);
}
