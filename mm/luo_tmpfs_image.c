// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The image of a tree
 *
 * Copies what a walk has found, the attributes of all files and their extents to
 * preserved memory, in the form of &struct luo_tmpfs_ser. It calls luo_memfd_attrs_out.c
 * for extended attributes.
 *
 * Called by luo_tmpfs_out.c.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/array_size.h>
#include <linux/delayed_call.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/luo_elements.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_memfd_attrs.h"
#include "luo_tmpfs.h"

/* The smallest number of elements of extended attributes for which there is space. */
#define LUO_TMPFS_IMAGE_XATTRS	512

/**
 * struct luo_tmpfs_xattrs - The extended attributes of all nodes.
 * @data:    Elements of 8 bytes.
 * @nr:      Their number.
 * @max:     How many @data can hold.
 * @nr_acls: Number of ACLs among the attributes.
 */
struct luo_tmpfs_xattrs {
	void *data;
	u64 nr;
	u64 max;
	u64 nr_acls;
};

static int luo_tmpfs_image_append(struct luo_tmpfs_xattrs *xattrs,
				  const struct luo_memfd_attrs_list *list)
{
	void *data;
	u64 max;

	if (xattrs->nr + list->nr > xattrs->max) {
		max = max3(2 * xattrs->max, xattrs->nr + list->nr,
			   LUO_TMPFS_IMAGE_XATTRS);
		data = kvrealloc(xattrs->data, max * sizeof(u64), GFP_KERNEL);
		if (!data)
			return -ENOMEM;
		xattrs->data = data;
		xattrs->max = max;
	}
	memcpy(xattrs->data + xattrs->nr * sizeof(u64), list->data,
	       list->nr * sizeof(u64));
	xattrs->nr += list->nr;

	return 0;
}

static int luo_tmpfs_image_xattrs(struct luo_tmpfs_node_ser *node,
				  struct luo_tmpfs_xattrs *xattrs,
				  struct dentry *dentry)
{
	struct luo_memfd_attrs_list list = {};
	int err;

	err = luo_memfd_attrs_out_collect(&list, dentry);
	if (err)
		return err;

	err = list.nr ? luo_tmpfs_image_append(xattrs, &list) : 0;
	node->nr_xattrs = list.nr;
	xattrs->nr_acls += list.nr_acls;
	kvfree(list.data);

	return err;
}

static int luo_tmpfs_image_target(struct luo_tmpfs_node_ser *node,
				  struct luo_tmpfs_walk *walk,
				  struct dentry *dentry)
{
	DEFINE_DELAYED_CALL(done);
	const char *target = vfs_get_link(dentry, &done);
	int err;

	if (IS_ERR(target))
		return PTR_ERR(target);

	node->target_len = strnlen(target, PATH_MAX - 1);
	err = luo_tmpfs_walk_add_bytes(walk, target, node->target_len);
	do_delayed_call(&done);

	return err;
}

static void luo_tmpfs_image_inode(struct luo_tmpfs_node_ser *node,
				  struct inode *inode)
{
	node->atime = inode_get_atime_sec(inode);
	node->mtime = inode_get_mtime_sec(inode);
	node->ctime = inode_get_ctime_sec(inode);
	node->btime = SHMEM_I(inode)->i_crtime.tv_sec;
	node->atime_nsec = inode_get_atime_nsec(inode);
	node->mtime_nsec = inode_get_mtime_nsec(inode);
	node->ctime_nsec = inode_get_ctime_nsec(inode);
	node->btime_nsec = SHMEM_I(inode)->i_crtime.tv_nsec;
	node->mode = inode->i_mode;
	node->uid = i_uid_read(inode);
	node->gid = i_gid_read(inode);
	node->fsflags = SHMEM_I(inode)->fsflags & SHMEM_FL_USER_MODIFIABLE;
	if (S_ISCHR(inode->i_mode) || S_ISBLK(inode->i_mode)) {
		node->major = MAJOR(inode->i_rdev);
		node->minor = MINOR(inode->i_rdev);
	}
	if (S_ISREG(inode->i_mode))
		node->size = i_size_read(inode);
}

static int luo_tmpfs_image_node(struct luo_tmpfs_node_ser *node,
				struct luo_tmpfs_walk *walk, u32 index,
				struct luo_tmpfs_xattrs *xattrs)
{
	const struct luo_tmpfs_entry *entry = &walk->entries[index];
	struct inode *inode = d_inode(entry->dentry);

	node->parent = entry->parent;
	node->link = entry->link;
	node->name_len = entry->name_len;
	if (entry->link != index)
		return 0;

	luo_tmpfs_image_inode(node, inode);
	if (entry->content) {
		node->nr_extents = entry->content->list.nr;
		node->nr_pages = entry->content->list.nr_pages;
	}
	if (S_ISLNK(inode->i_mode)) {
		int err = luo_tmpfs_image_target(node, walk, entry->dentry);

		if (err)
			return err;
	}

	return luo_tmpfs_image_xattrs(node, xattrs, entry->dentry);
}

static int luo_tmpfs_image_array(struct luo_array *array, const void *data,
				 u32 element_size, u64 nr, u64 *handle)
{
	int err;

	if (!nr)
		return 0;

	err = luo_array_alloc(array, element_size, nr, GFP_KERNEL);
	if (err)
		return err;

	memcpy(array->data, data, nr * element_size);
	luo_array_seal(array);
	*handle = array->handle;

	return 0;
}

static int luo_tmpfs_image_nodes(struct luo_tmpfs_image *image,
				 struct luo_tmpfs_walk *walk,
				 struct luo_tmpfs_xattrs *xattrs)
{
	struct luo_tmpfs_node_ser *nodes;
	int err = 0;
	u32 i;

	nodes = kvcalloc(walk->nr, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;

	for (i = 0; i < walk->nr && !err; i++) {
		err = luo_tmpfs_image_node(&nodes[i], walk, i, xattrs);
		if (err)
			luo_tmpfs_walk_report(walk->entries[i].dentry, err);
		cond_resched();
	}
	if (!err)
		err = luo_elements_save(&image->ser.nodes, &image->nodes,
					luo_tmpfs_node_kind, nodes, walk->nr,
					GFP_KERNEL);
	kvfree(nodes);

	return err;
}

static int luo_tmpfs_image_extents(struct luo_tmpfs_image *image,
				   const struct luo_tmpfs_walk *walk)
{
	struct luo_tmpfs_ser *ser = &image->ser;
	struct luo_memfd_extent_ser *extents;
	const struct luo_memfd_extents *list;
	int err;
	u32 i;

	for (i = 0; i < walk->nr; i++) {
		if (walk->entries[i].content) {
			ser->nr_extents += walk->entries[i].content->list.nr;
			ser->nr_pages += walk->entries[i].content->list.nr_pages;
		}
	}
	if (!ser->nr_extents)
		return 0;

	err = luo_array_alloc(&image->extents, sizeof(*extents),
			      ser->nr_extents, GFP_KERNEL);
	if (err)
		return err;

	extents = image->extents.data;
	for (i = 0; i < walk->nr; i++) {
		if (!walk->entries[i].content)
			continue;
		list = &walk->entries[i].content->list;
		memcpy(extents, list->extents, list->nr * sizeof(*extents));
		extents += list->nr;
	}
	luo_array_seal(&image->extents);
	ser->extents = image->extents.handle;

	return 0;
}

static u32 luo_tmpfs_image_flags(const struct vfsmount *mnt)
{
	static const struct {
		unsigned int mnt;
		u32 flag;
	} flags[] = {
		{ MNT_READONLY, LUO_TMPFS_READONLY },
		{ MNT_NOSUID, LUO_TMPFS_NOSUID },
		{ MNT_NODEV, LUO_TMPFS_NODEV },
		{ MNT_NOEXEC, LUO_TMPFS_NOEXEC },
		{ MNT_NOATIME, LUO_TMPFS_NOATIME },
		{ MNT_NODIRATIME, LUO_TMPFS_NODIRATIME },
		{ MNT_RELATIME, LUO_TMPFS_RELATIME },
		{ MNT_NOSYMFOLLOW, LUO_TMPFS_NOSYMFOLLOW },
	};
	u32 found = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (mnt->mnt_flags & flags[i].mnt)
			found |= flags[i].flag;
	}

	return found;
}

static void luo_tmpfs_image_options(struct luo_tmpfs_ser *ser,
				    const struct vfsmount *mnt)
{
	const struct shmem_sb_info *sbinfo = mnt->mnt_sb->s_fs_info;

	ser->max_bytes = (u64)sbinfo->max_blocks << PAGE_SHIFT;
	ser->max_inodes = sbinfo->max_inodes;
	ser->huge = sbinfo->huge;
	ser->flags = luo_tmpfs_image_flags(mnt);
	ser->flags |= sb_rdonly(mnt->mnt_sb) ? LUO_TMPFS_READONLY : 0;
	ser->flags |= sbinfo->noswap ? LUO_TMPFS_NOSWAP : 0;
	ser->flags |= sbinfo->full_inums ? LUO_TMPFS_INODE64 : 0;
}

/**
 * luo_tmpfs_image_create - Create the image of a tree.
 * @image: Set up by this call; all zero on an error.
 * @walk:  The tree, with the contents of all regular files. The targets of symbolic
 *         links are appended to its bytes.
 * @file:  The directory.
 *
 * Context: Process context, may sleep.
 * Return: 0; -E2BIG if a file has too many extended attributes; -ENOMEM. The error is
 * reported with the path of the file.
 */
int luo_tmpfs_image_create(struct luo_tmpfs_image *image,
			   struct luo_tmpfs_walk *walk, const struct file *file)
{
	struct luo_tmpfs_ser *ser = &image->ser;
	struct luo_tmpfs_xattrs xattrs = {};
	int err;

	*image = (struct luo_tmpfs_image){};
	luo_tmpfs_image_options(ser, file->f_path.mnt);
	err = luo_tmpfs_image_nodes(image, walk, &xattrs);
	ser->nr_bytes = walk->nr_bytes;
	ser->nr_xattrs = xattrs.nr;
	image->acls.nr = xattrs.nr_acls;
	if (!err)
		err = luo_tmpfs_image_array(&image->bytes, walk->bytes, 1,
					    ser->nr_bytes, &ser->bytes);
	if (!err)
		err = luo_tmpfs_image_array(&image->xattrs, xattrs.data,
					    sizeof(u64), xattrs.nr, &ser->xattrs);
	if (!err)
		err = luo_tmpfs_image_extents(image, walk);
	kvfree(xattrs.data);
	if (err)
		luo_tmpfs_image_free(image);

	return err;
}

/**
 * luo_tmpfs_image_free - Free an image.
 * @image: The image. Zeroed. The pages of files stay preserved.
 */
void luo_tmpfs_image_free(struct luo_tmpfs_image *image)
{
	luo_array_free(&image->nodes);
	luo_array_free(&image->bytes);
	luo_array_free(&image->xattrs);
	luo_array_free(&image->extents);
	*image = (struct luo_tmpfs_image){};
}
