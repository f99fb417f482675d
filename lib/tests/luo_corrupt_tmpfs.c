// SPDX-License-Identifier: GPL-2.0
/* The structures of trees. */

#include <linux/errno.h>
#include <linux/kho/abi/luo_memfd_attrs.h>
#include <linux/kho/abi/luo_tmpfs.h>
#include <linux/string.h>

#include "luo_corrupt.h"

const struct luo_tmpfs_ser *luo_corrupt_tree(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_TMPFS_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

static int luo_corrupt_tree_node(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->nodes.array : 0, nr);
}

/* A byte of a name or of the target of a symbolic link. */
static int luo_corrupt_tree_byte(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->bytes : 0, nr);
}

/* An extended attribute, which begins at an element of 8 bytes. */
static int luo_corrupt_tree_xattr(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct luo_tmpfs_ser *tree = luo_corrupt_tree(spot);

	return luo_corrupt_element(spot, tree ? tree->xattrs : 0, nr);
}

static const struct luo_corrupt_place luo_corrupt_tmpfs_places[] = {
	{ "tree", luo_corrupt_data },
	{ "tree_node", luo_corrupt_tree_node },
	{ "tree_byte", luo_corrupt_tree_byte },
	{ "tree_xattr", luo_corrupt_tree_xattr },
};

static const struct luo_corrupt_field luo_corrupt_tmpfs_fields[] = {
	FIELD(tree, luo_tmpfs_ser, nodes.array),
	FIELD(tree, luo_tmpfs_ser, nodes.count),
	FIELD(tree, luo_tmpfs_ser, nodes.stride),
	FIELD(tree, luo_tmpfs_ser, nodes.kind),
	FIELD(tree, luo_tmpfs_ser, bytes),
	FIELD(tree, luo_tmpfs_ser, nr_bytes),
	FIELD(tree, luo_tmpfs_ser, xattrs),
	FIELD(tree, luo_tmpfs_ser, nr_xattrs),
	FIELD(tree, luo_tmpfs_ser, extents),
	FIELD(tree, luo_tmpfs_ser, nr_extents),
	FIELD(tree, luo_tmpfs_ser, nr_pages),
	FIELD(tree, luo_tmpfs_ser, huge),
	FIELD(tree, luo_tmpfs_ser, flags),
	FIELD(tree_node, luo_tmpfs_node_ser, mtime),
	FIELD(tree_node, luo_tmpfs_node_ser, size),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_pages),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_extents),
	FIELD(tree_node, luo_tmpfs_node_ser, nr_xattrs),
	FIELD(tree_node, luo_tmpfs_node_ser, parent),
	FIELD(tree_node, luo_tmpfs_node_ser, link),
	FIELD(tree_node, luo_tmpfs_node_ser, mtime_nsec),
	FIELD(tree_node, luo_tmpfs_node_ser, mode),
	FIELD(tree_node, luo_tmpfs_node_ser, uid),
	FIELD(tree_node, luo_tmpfs_node_ser, fsflags),
	FIELD(tree_node, luo_tmpfs_node_ser, name_len),
	FIELD(tree_node, luo_tmpfs_node_ser, target_len),
	{ .place = "tree_byte", .name = "byte", .size = 1 },
	FIELD(tree_xattr, luo_memfd_xattr_ser, name_len),
	FIELD(tree_xattr, luo_memfd_xattr_ser, value_len),
};

const struct luo_corrupt_part luo_corrupt_tmpfs_part =
	LUO_CORRUPT_PART(luo_corrupt_tmpfs_places, luo_corrupt_tmpfs_fields);
