// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Walking over a tree
 *
 * Finds every name under a directory of a tmpfs, in the dentry cache, where tmpfs keeps
 * all of them. The list of names is also the queue of directories that are not visited
 * yet, so a directory comes before all names in it, and the depth of the tree does not
 * matter.
 *
 * While the superblock is frozen, nothing is created, renamed or deleted, and the walk
 * finds the tree as it is. Otherwise it may miss names, and find some twice.
 *
 * Called by luo_tmpfs_out.c and, to add the targets of symbolic links, by
 * luo_tmpfs_image.c.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/cleanup.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_tmpfs.h"

/* The number of names, and of bytes, for which there is space at first. */
#define LUO_TMPFS_WALK_ENTRIES	64
#define LUO_TMPFS_WALK_BYTES	4096

/**
 * luo_tmpfs_walk_report - Report why a file cannot be preserved.
 * @dentry: The file.
 * @err:    A negative errno.
 *
 * Context: Process context, may sleep.
 */
void luo_tmpfs_walk_report(struct dentry *dentry, int err)
{
	char *buffer __free(kfree) = kmalloc(PATH_MAX, GFP_KERNEL);
	const char *path = "a file";

	if (buffer)
		path = dentry_path_raw(dentry, buffer, PATH_MAX);
	if (IS_ERR(path))
		path = "a file with a long path";
	pr_err("the tree is not preserved because of %*pE: %pe\n",
	       (int)strlen(path), path, ERR_PTR(err));
}

/**
 * luo_tmpfs_walk_add_bytes - Append bytes to those of a walk.
 * @walk:  The walk.
 * @bytes: The bytes.
 * @len:   Their number.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int luo_tmpfs_walk_add_bytes(struct luo_tmpfs_walk *walk, const char *bytes,
			     size_t len)
{
	u64 max;
	char *data;

	if (walk->nr_bytes + len > walk->max_bytes) {
		max = max3(2 * walk->max_bytes, walk->nr_bytes + len,
			   LUO_TMPFS_WALK_BYTES);
		data = kvrealloc(walk->bytes, max, GFP_KERNEL);
		if (!data)
			return -ENOMEM;
		walk->bytes = data;
		walk->max_bytes = max;
	}
	memcpy(walk->bytes + walk->nr_bytes, bytes, len);
	walk->nr_bytes += len;

	return 0;
}

static int luo_tmpfs_walk_reserve(struct luo_tmpfs_walk *walk)
{
	struct luo_tmpfs_entry *entries;
	u32 max;

	if (walk->nr < walk->max_entries)
		return 0;
	if (walk->nr == LUO_TMPFS_NODES_MAX)
		return -E2BIG;

	max = max(2 * walk->max_entries, LUO_TMPFS_WALK_ENTRIES);
	entries = kvrealloc(walk->entries, array_size(max, sizeof(*entries)),
			    GFP_KERNEL);
	if (!entries)
		return -ENOMEM;

	walk->entries = entries;
	walk->max_entries = max;

	return 0;
}

/* Return the index of the first name of a file, which is @index if this is the first. */
static int luo_tmpfs_walk_link(struct luo_tmpfs_walk *walk,
			       const struct inode *inode, u32 index, u32 *link)
{
	unsigned long key = luo_tmpfs_content_key(inode);
	void *entry;

	*link = index;
	if (S_ISDIR(inode->i_mode) || inode->i_nlink < 2)
		return 0;

	entry = xa_load(&walk->links, key);
	if (!entry)
		return xa_err(xa_store(&walk->links, key, xa_mk_value(index),
				       GFP_KERNEL));
	*link = xa_to_value(entry);

	return 0;
}

/* The directory is locked, so the name does not change. */
static int luo_tmpfs_walk_add(struct luo_tmpfs_walk *walk, struct dentry *dentry,
			      u32 parent, size_t name_len)
{
	u32 link;
	int err;

	err = luo_tmpfs_walk_reserve(walk);
	if (!err)
		err = luo_tmpfs_walk_link(walk, d_inode(dentry), walk->nr, &link);
	if (!err)
		err = luo_tmpfs_walk_add_bytes(walk, dentry->d_name.name,
					       name_len);
	if (err) {
		luo_tmpfs_walk_report(dentry, err);
		return err;
	}

	walk->entries[walk->nr++] = (struct luo_tmpfs_entry){
		.dentry = dget(dentry),
		.parent = parent,
		.link = link,
		.name_len = name_len,
	};

	return 0;
}

/* Return the next name in a directory, with a reference, and drop that of @prev. */
static struct dentry *luo_tmpfs_walk_next(struct dentry *parent,
					  struct dentry *prev)
{
	struct dentry *child = NULL, *dentry;

	spin_lock(&parent->d_lock);
	dentry = prev ? d_next_sibling(prev) : d_first_child(parent);
	hlist_for_each_entry_from(dentry, d_sib) {
		spin_lock_nested(&dentry->d_lock, DENTRY_D_LOCK_NESTED);
		if (simple_positive(dentry))
			child = dget_dlock(dentry);
		spin_unlock(&dentry->d_lock);
		if (child)
			break;
	}
	spin_unlock(&parent->d_lock);
	dput(prev);

	return child;
}

static int luo_tmpfs_walk_directory(struct luo_tmpfs_walk *walk, u32 index)
{
	struct dentry *directory = walk->entries[index].dentry, *child = NULL;
	struct inode *inode = d_inode(directory);
	int err = 0;

	if (inode_lock_shared_killable(inode))
		return -EINTR;

	while (!err && (child = luo_tmpfs_walk_next(directory, child))) {
		err = luo_tmpfs_walk_add(walk, child, index, child->d_name.len);
		if (fatal_signal_pending(current))
			err = err ?: -EINTR;
		cond_resched();
	}
	if (child)
		dput(child);
	inode_unlock_shared(inode);

	return err;
}

/**
 * luo_tmpfs_walk - Find all names in a tree.
 * @walk: Set up by this call. Free it with luo_tmpfs_walk_free(), also on an error.
 * @root: The directory.
 *
 * Context: Process context, may sleep.
 * Return: 0; -E2BIG if there are more than %LUO_TMPFS_NODES_MAX; -EINTR for a fatal
 * signal; -ENOMEM.
 */
int luo_tmpfs_walk(struct luo_tmpfs_walk *walk, struct dentry *root)
{
	int err;
	u32 i;

	*walk = (struct luo_tmpfs_walk){};
	xa_init(&walk->links);
	err = luo_tmpfs_walk_add(walk, root, 0, 0);
	for (i = 0; i < walk->nr && !err; i++) {
		if (d_is_dir(walk->entries[i].dentry))
			err = luo_tmpfs_walk_directory(walk, i);
	}

	return err;
}

/**
 * luo_tmpfs_walk_free - Free what a walk has found.
 * @walk: The walk.
 */
void luo_tmpfs_walk_free(struct luo_tmpfs_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->nr; i++) {
		dput(walk->entries[i].dentry);
		cond_resched();
	}
	xa_destroy(&walk->links);
	kvfree(walk->entries);
	kvfree(walk->bytes);
	*walk = (struct luo_tmpfs_walk){};
}
