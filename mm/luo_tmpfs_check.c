// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Checking a tree of the previous kernel
 *
 * Checks every node before a file is created. The previous kernel may be of another
 * version or broken, so nothing that it wrote is trusted: a node has one directory, which
 * comes before it, so there are no loops, and a name cannot lead out of the tree.
 *
 * Two equal names in a directory, and pages with two owners, are found when files are
 * created and pages are claimed.
 *
 * Called by luo_tmpfs_in.c.
 */

#define pr_fmt(fmt) "luo_tmpfs: " fmt

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "luo_memfd_attrs.h"
#include "luo_tmpfs.h"

static bool luo_tmpfs_check_name(const char *name, u16 len)
{
	u16 i;

	if (!len || len > NAME_MAX)
		return false;

	for (i = 0; i < len; i++) {
		if (name[i] == '/' || !name[i])
			return false;
	}

	return name[0] != '.' || (len != 1 && (len != 2 || name[1] != '.'));
}

/* Only what its type of file has may differ from 0. */
static bool luo_tmpfs_check_type(const struct luo_tmpfs_node_ser *node)
{
	bool has_pages = node->size || node->nr_pages || node->nr_extents;
	bool has_device = node->major || node->minor;

	if (node->fsflags & (~SHMEM_FL_USER_MODIFIABLE | FS_CASEFOLD_FL))
		return false;

	switch (node->mode & S_IFMT) {
	case S_IFREG:
		return !has_device && !node->target_len;
	case S_IFLNK:
		return !has_pages && !has_device && node->target_len;
	case S_IFCHR:
	case S_IFBLK:
		return !has_pages && !node->target_len;
	case S_IFDIR:
	case S_IFIFO:
	case S_IFSOCK:
		return !has_pages && !has_device && !node->target_len;
	default:
		return false;
	}
}

/* Another name of a file has nothing but the name, the directory and the file. */
static bool luo_tmpfs_check_link(const struct luo_tmpfs_node_ser *nodes, u32 index)
{
	const struct luo_tmpfs_node_ser *node = &nodes[index];
	const struct luo_tmpfs_node_ser *file = &nodes[node->link];
	const struct luo_tmpfs_node_ser expected = {
		.parent = node->parent,
		.link = node->link,
		.name_len = node->name_len,
	};

	return file->link == node->link && !S_ISDIR(file->mode) &&
	       !memcmp(node, &expected, sizeof(expected));
}

static bool luo_tmpfs_check_parts(const struct luo_tmpfs_in *in,
				  const struct luo_tmpfs_node_ser *node,
				  const struct luo_tmpfs_place *place)
{
	const struct luo_memfd_extent_ser *extents = in->extents.data;
	const char *bytes = in->bytes.data;

	if (node->nr_xattrs > in->ser.nr_xattrs - place->xattr ||
	    node->nr_extents > in->ser.nr_extents - place->extent ||
	    node->target_len > in->ser.nr_bytes - place->target)
		return false;

	if (node->target_len && memchr(bytes + place->target, 0, node->target_len))
		return false;

	if (node->nr_xattrs &&
	    !luo_memfd_attrs_xattrs_valid(in->xattrs.data +
					  place->xattr * sizeof(u64),
					  node->nr_xattrs))
		return false;

	return luo_memfd_extents_valid(extents + place->extent, node->nr_extents,
				       node->nr_pages, node->size,
				       LUO_MEMFD_DESCENDING | LUO_MEMFD_POISONED);
}

/* Return what is wrong with a node, NULL if it is valid. */
static const char *luo_tmpfs_check_node(const struct luo_tmpfs_in *in, u32 index,
					const struct luo_tmpfs_place *place)
{
	const struct luo_tmpfs_node_ser *node = &in->nodes[index];
	const char *bytes = in->bytes.data;

	if (!index)
		return S_ISDIR(node->mode) && !node->parent && !node->link &&
		       !node->name_len && luo_tmpfs_check_type(node) &&
		       luo_tmpfs_check_parts(in, node, place) ? NULL : "root";
	if (node->parent >= index || !S_ISDIR(in->nodes[node->parent].mode))
		return "directory";
	if (!luo_tmpfs_check_name(bytes + place->name, node->name_len))
		return "name";
	if (node->link > index)
		return "link";
	if (node->link < index)
		return luo_tmpfs_check_link(in->nodes, index) ? NULL : "link";
	if (!luo_tmpfs_check_type(node))
		return "type";

	return luo_tmpfs_check_parts(in, node, place) ? NULL : "contents";
}

/* Find where the targets begin: after all names. */
static int luo_tmpfs_check_bytes(const struct luo_tmpfs_in *in,
				 struct luo_tmpfs_place *place)
{
	u64 names = 0, targets = 0, i;

	for (i = 0; i < in->ser.nodes.count; i++) {
		names += in->nodes[i].name_len;
		targets += in->nodes[i].target_len;
	}
	place->target = names;
	if (names + targets == in->ser.nr_bytes)
		return 0;

	pr_err("found %llu bytes of names and targets, expected %llu for the nodes\n",
	       in->ser.nr_bytes, names + targets);

	return -EBADMSG;
}

/* The extended attributes are valid. */
static int luo_tmpfs_check_acls(const struct luo_tmpfs_in *in)
{
	const struct luo_memfd_xattr_ser *xattr;
	u64 nr = 0, at = 0;

	while ((xattr = luo_memfd_attrs_next(in->xattrs.data, in->ser.nr_xattrs, &at))) {
		nr += luo_memfd_attrs_is_acl(xattr);
		cond_resched();
	}
	if (nr == in->acls.nr)
		return 0;

	pr_err("found %llu ACLs, expected %llu\n", nr, in->acls.nr);

	return -EBADMSG;
}

/**
 * luo_tmpfs_check - Check a tree that another kernel wrote.
 * @in: The tree, with its arrays. Each field of each node is in its range.
 *
 * Reports the first node that is invalid.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EBADMSG.
 */
int luo_tmpfs_check(const struct luo_tmpfs_in *in)
{
	struct luo_tmpfs_place place = {};
	const char *wrong;
	u64 nr_pages = 0;
	u32 i;

	if (luo_tmpfs_check_bytes(in, &place))
		return -EBADMSG;

	for (i = 0; i < in->ser.nodes.count; i++) {
		wrong = luo_tmpfs_check_node(in, i, &place);
		if (wrong) {
			pr_err("node %u of %llu has an invalid %s\n", i,
			       in->ser.nodes.count, wrong);
			return -EBADMSG;
		}
		luo_tmpfs_place_next(&place, &in->nodes[i]);
		nr_pages += in->nodes[i].nr_pages;
		cond_resched();
	}

	if (place.xattr != in->ser.nr_xattrs ||
	    place.extent != in->ser.nr_extents || nr_pages != in->ser.nr_pages) {
		pr_err("the nodes have %llu extents of %llu pages and %llu elements of extended attributes, expected %llu, %llu and %llu\n",
		       place.extent, nr_pages, place.xattr, in->ser.nr_extents,
		       in->ser.nr_pages, in->ser.nr_xattrs);
		return -EBADMSG;
	}

	return luo_tmpfs_check_acls(in);
}
