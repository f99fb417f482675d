// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Creating the files of a tree
 *
 * Creates the files of a tree in a new tmpfs that no process can see yet, with the
 * functions of the VFS, so that security modules, limits and counters apply as they do
 * to a system call. The nodes are checked, see luo_tmpfs_check.c, except for equal names
 * in a directory, which the VFS refuses.
 *
 * First all names are created, and the pages of files are inserted by
 * luo_memfd_threads.c. With ``luo_memfd.lazy=on`` those of larger files come when they are
 * used, see luo_memfd_lazy.c. Attributes are set at the end, because creating a file in a
 * directory changes its times, and depends on its mode.
 *
 * Called by luo_tmpfs_in.c.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/mnt_idmapping.h>
#include <linux/namei.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_memfd_attrs.h"
#include "luo_tmpfs.h"

/*
 * The pages of smaller files are retrieved at once: those of a lazy file come in such
 * steps, and it has some state.
 */
#define LUO_TMPFS_CREATE_LAZY	(SZ_1M / PAGE_SIZE)

/**
 * struct luo_tmpfs_creation - The state while a tree is created.
 * @in:       The tree.
 * @dentries: That of each node. Tmpfs holds the references.
 * @place:    The parts of the next node.
 * @nr_pages: Pages of the files that were created.
 * @nr_lost:  Number of extended attributes that could not be set.
 * @lost:     The first error of these.
 * @target:   A buffer for the target of a symbolic link.
 */
struct luo_tmpfs_creation {
	const struct luo_tmpfs_in *in;
	struct dentry **dentries;
	struct luo_tmpfs_place place;
	u64 nr_pages;
	u64 nr_lost;
	int lost;
	char *target;
};

static void luo_tmpfs_create_report(const struct luo_tmpfs_creation *creation,
				    u32 index, int err)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	const char *name = creation->in->bytes.data + creation->place.name;
	char *buffer __free(kfree) = kmalloc(PATH_MAX, GFP_KERNEL);
	const char *path = "";

	if (buffer)
		path = dentry_path_raw(creation->dentries[node->parent], buffer,
				       PATH_MAX);
	if (IS_ERR(path))
		path = "";
	pr_err("node %u, %*pE/%*pE, cannot be created: %pe\n", index,
	       (int)strlen(path), path, (int)node->name_len, name, ERR_PTR(err));
}

static int luo_tmpfs_create_symlink(struct luo_tmpfs_creation *creation,
				    const struct luo_tmpfs_node_ser *node,
				    struct inode *dir, struct dentry *dentry)
{
	const char *target = creation->in->bytes.data + creation->place.target;

	memcpy(creation->target, target, node->target_len);
	creation->target[node->target_len] = 0;

	return vfs_symlink(&nop_mnt_idmap, dir, dentry, creation->target, NULL);
}

/* Create the file of a node, in a directory that is locked. */
static int luo_tmpfs_create_file(struct luo_tmpfs_creation *creation, u32 index,
				 struct inode *dir, struct dentry **dentry)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];

	if (node->link != index)
		return vfs_link(creation->dentries[node->link], &nop_mnt_idmap,
				dir, *dentry, NULL);

	switch (node->mode & S_IFMT) {
	case S_IFDIR:
		*dentry = vfs_mkdir(&nop_mnt_idmap, dir, *dentry, 0700, NULL);
		return PTR_ERR_OR_ZERO(*dentry);
	case S_IFREG:
		return vfs_create(&nop_mnt_idmap, *dentry, 0600, NULL);
	case S_IFLNK:
		return luo_tmpfs_create_symlink(creation, node, dir, *dentry);
	default:
		return vfs_mknod(&nop_mnt_idmap, dir, *dentry,
				 (node->mode & S_IFMT) | 0600,
				 MKDEV(node->major, node->minor), NULL);
	}
}

static int luo_tmpfs_create_name(struct luo_tmpfs_creation *creation, u32 index)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	struct dentry *parent = creation->dentries[node->parent], *dentry;
	const char *bytes = creation->in->bytes.data;
	int err;

	dentry = start_creating_noperm(parent,
				       &QSTR_LEN(bytes + creation->place.name,
						 node->name_len));
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);

	err = luo_tmpfs_create_file(creation, index, d_inode(parent), &dentry);
	if (!err)
		creation->dentries[index] = dentry;
	end_creating(dentry);

	return err;
}

/* On an error the pages are freed, unless one was missing. */
static int luo_tmpfs_create_content(struct luo_tmpfs_creation *creation,
				    u32 index)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	const struct luo_memfd_extent_ser *extents = creation->in->extents.data;
	struct inode *inode = d_inode(creation->dentries[index]);
	const struct luo_memfd_ser_v1 memfd = {
		.size = node->size,
		.nr_pages = node->nr_pages,
		.nr_extents = node->nr_extents,
		.flags = LUO_TMPFS_EXTENTS,
	};

	i_size_write(inode, node->size);
	if (!node->nr_pages)
		return 0;

	creation->nr_pages += node->nr_pages;
	if (node->nr_pages >= LUO_TMPFS_CREATE_LAZY &&
	    luo_memfd_lazy_attach_copy(inode, &memfd,
				       extents + creation->place.extent))
		return 0;

	return luo_memfd_threads_retrieve(inode, &memfd,
					  extents + creation->place.extent);
}

static int luo_tmpfs_create_node(struct luo_tmpfs_creation *creation, u32 index)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	int err = 0;

	if (fatal_signal_pending(current))
		err = -EINTR;
	if (index && !err)
		err = luo_tmpfs_create_name(creation, index);
	if (err) {
		luo_tmpfs_create_report(creation, index, err);
		return err;
	}

	if (S_ISREG(node->mode)) {
		err = luo_tmpfs_create_content(creation, index);
		if (err)
			luo_tmpfs_create_report(creation, index, err);
	}
	luo_tmpfs_place_next(&creation->place, node);

	return err;
}

/*
 * If an extended attribute cannot be set, continue with the others. Without its ACL,
 * however, a file may be open to more users.
 */
static int luo_tmpfs_create_xattrs(struct luo_tmpfs_creation *creation,
				   u32 index, u64 first)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	const void *xattrs = creation->in->xattrs.data + first * sizeof(u64);
	const struct luo_memfd_xattr_ser *xattr;
	u64 at = 0;
	int err;

	while ((xattr = luo_memfd_attrs_next(xattrs, node->nr_xattrs, &at))) {
		err = luo_memfd_attrs_apply_xattr(creation->dentries[index],
						  xattr);
		if (err && luo_memfd_attrs_is_acl(xattr))
			return err;
		creation->nr_lost += !!err;
		creation->lost = creation->lost ?: err;
	}

	return 0;
}

static struct timespec64 luo_tmpfs_create_time(struct inode *inode, s64 sec,
					       u32 nsec)
{
	return timestamp_truncate((struct timespec64){ sec, nsec }, inode);
}

static void luo_tmpfs_create_inode(struct inode *inode,
				   const struct luo_tmpfs_node_ser *node)
{
	inode->i_mode = node->mode;
	i_uid_write(inode, node->uid);
	i_gid_write(inode, node->gid);
	SHMEM_I(inode)->i_crtime = luo_tmpfs_create_time(inode, node->btime,
							 node->btime_nsec);
	inode_set_atime_to_ts(inode, luo_tmpfs_create_time(inode, node->atime,
							   node->atime_nsec));
	inode_set_mtime_to_ts(inode, luo_tmpfs_create_time(inode, node->mtime,
							   node->mtime_nsec));
	inode_set_ctime_to_ts(inode, luo_tmpfs_create_time(inode, node->ctime,
							   node->ctime_nsec));
}

/* Set the times last, because the others change ctime. */
static int luo_tmpfs_create_attributes(struct luo_tmpfs_creation *creation,
				       u32 index)
{
	const struct luo_tmpfs_node_ser *node = &creation->in->nodes[index];
	struct dentry *dentry = creation->dentries[index];
	struct file_kattr flags;
	int err;

	err = luo_tmpfs_create_xattrs(creation, index, creation->place.xattr);
	if (!err && node->fsflags) {
		fileattr_fill_flags(&flags, node->fsflags);
		err = vfs_fileattr_set(&nop_mnt_idmap, dentry, &flags);
	}
	if (!err)
		luo_tmpfs_create_inode(d_inode(dentry), node);
	else
		luo_tmpfs_create_report(creation, index, err);

	return err;
}

static int luo_tmpfs_create_all_attributes(struct luo_tmpfs_creation *creation)
{
	const struct luo_tmpfs_in *in = creation->in;
	int err = 0;
	u32 i;

	creation->place = (struct luo_tmpfs_place){};
	for (i = 0; i < in->ser.nodes.count && !err; i++) {
		if (in->nodes[i].link == i)
			err = luo_tmpfs_create_attributes(creation, i);
		luo_tmpfs_place_next(&creation->place, &in->nodes[i]);
		cond_resched();
	}
	if (creation->lost)
		pr_warn("the tree was retrieved without %llu of its extended attributes and labels: %pe\n",
			creation->nr_lost, ERR_PTR(creation->lost));

	return err;
}

static u64 luo_tmpfs_create_names_len(const struct luo_tmpfs_in *in)
{
	u64 len = 0, i;

	for (i = 0; i < in->ser.nodes.count; i++)
		len += in->nodes[i].name_len;

	return len;
}

/**
 * luo_tmpfs_create - Create the files of a tree.
 * @in:         The tree, which luo_tmpfs_check() found valid.
 * @root:       The root of a new tmpfs without other files.
 * @nr_extents: Set to the number of extents, from the first one, whose pages were
 *              claimed: those after these are left to the caller on an error.
 * @nr_pages:   Set to the number of these pages.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if a page is missing; -EEXIST if a directory has a name twice;
 * -EPERM if the caller may not create a device node; -ENOSPC, -EINTR, -ENOMEM or another
 * errno. The error is reported with the path of the file.
 */
int luo_tmpfs_create(const struct luo_tmpfs_in *in, struct dentry *root,
		     u64 *nr_extents, u64 *nr_pages)
{
	struct dentry **dentries __free(kvfree) =
		kvcalloc(in->ser.nodes.count, sizeof(*dentries), GFP_KERNEL);
	char *target __free(kfree) = kmalloc(PATH_MAX, GFP_KERNEL);
	struct luo_tmpfs_creation creation = {
		.in = in,
		.dentries = dentries,
		.place.target = luo_tmpfs_create_names_len(in),
		.target = target,
	};
	int err = 0;
	u32 i;

	if (!dentries || !target)
		return -ENOMEM;

	dentries[0] = root;
	for (i = 0; i < in->ser.nodes.count && !err; i++) {
		err = luo_tmpfs_create_node(&creation, i);
		cond_resched();
	}
	*nr_extents = creation.place.extent;
	*nr_pages = creation.nr_pages;

	return err ?: luo_tmpfs_create_all_attributes(&creation);
}
