/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_TMPFS_H
#define _MM_LUO_TMPFS_H

#include <linux/kho/abi/luo_tmpfs.h>
#include <linux/luo_array.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "luo_memfd.h"

struct dentry;
struct file;
struct inode;
struct liveupdate_file_handler;
struct liveupdate_file_op_args;
struct luo_object_kind;

/* How the pages of all files are preserved, see luo_memfd_extent_run(). */
#define LUO_TMPFS_EXTENTS		LUO_MEMFD_RANGE_KEYS

/* luo_tmpfs_kind.c: the fields and versions of a tree. */

/**
 * struct luo_tmpfs_object - The object that a tree is, with its subsection.
 * @ser:  The tree.
 * @acls: Its ACLs.
 */
struct luo_tmpfs_object {
	struct luo_tmpfs_ser ser;
	struct luo_tmpfs_acls_ser acls;
};

extern struct luo_object_kind *const luo_tmpfs_kind;
extern struct luo_object_kind *const luo_tmpfs_node_kind;
extern const char *const luo_tmpfs_handlers[];

/* luo_tmpfs_content.c: the pages of the files of a tree. */

/**
 * struct luo_tmpfs_content - The pages of a file.
 * @inode:      The file.
 * @list:       The extents of its pages, which are pinned and preserved.
 * @exact:      When @list was collected, the file had no other page.
 * @frozen:     Its holes are frozen.
 * @poison:     The value of luo_run_poison_seen() before @list was collected.
 * @generation: The last walk that found the file.
 */
struct luo_tmpfs_content {
	struct inode *inode;
	struct luo_memfd_extents list;
	bool exact;
	bool frozen;
	long poison;
	u64 generation;
};

/**
 * struct luo_tmpfs_contents - The pages of all files of a tree.
 * @files:      &struct luo_tmpfs_content by inode.
 * @generation: Number of the walk.
 */
struct luo_tmpfs_contents {
	struct xarray files;
	u64 generation;
};

unsigned long luo_tmpfs_content_key(const struct inode *inode);
bool luo_tmpfs_content_needed(struct inode *inode);
struct luo_tmpfs_content *
luo_tmpfs_content_save(struct luo_tmpfs_contents *contents, struct inode *inode);
struct luo_tmpfs_content *
luo_tmpfs_content_freeze(struct luo_tmpfs_contents *contents,
			 struct inode *inode);
void luo_tmpfs_content_thaw_all(struct luo_tmpfs_contents *contents);
void luo_tmpfs_content_release_old(struct luo_tmpfs_contents *contents);
void luo_tmpfs_content_release_all(struct luo_tmpfs_contents *contents);

/* luo_tmpfs_walk.c: finding the files of a tree. */

/**
 * struct luo_tmpfs_entry - A name in a tree.
 * @dentry:   The name, with a reference.
 * @content:  The pages of a regular file that is not empty, if this is its first name.
 * @parent:   Index of the directory.
 * @link:     Index of the first name of the file.
 * @name_len: Length of the name.
 */
struct luo_tmpfs_entry {
	struct dentry *dentry;
	struct luo_tmpfs_content *content;
	u32 parent;
	u32 link;
	u16 name_len;
};

/**
 * struct luo_tmpfs_walk - A walk over a tree, and what it has found.
 * @entries:     The names, each after that of its directory.
 * @nr:          Their number.
 * @max_entries: How many @entries can hold.
 * @bytes:       The names one after the other, without NULs.
 * @nr_bytes:    Their length.
 * @max_bytes:   How many @bytes can hold.
 * @links:       The first name of each file that has several, by inode.
 */
struct luo_tmpfs_walk {
	struct luo_tmpfs_entry *entries;
	u32 nr;
	u32 max_entries;
	char *bytes;
	u64 nr_bytes;
	u64 max_bytes;
	struct xarray links;
};

int luo_tmpfs_walk(struct luo_tmpfs_walk *walk, struct dentry *root);
int luo_tmpfs_walk_add_bytes(struct luo_tmpfs_walk *walk, const char *bytes,
			     size_t len);
void luo_tmpfs_walk_free(struct luo_tmpfs_walk *walk);
void luo_tmpfs_walk_report(struct dentry *dentry, int err);

/* luo_tmpfs_image.c: what the next kernel reads. */

/**
 * struct luo_tmpfs_image - A tree in preserved memory.
 * @ser:     The object.
 * @acls:    Its subsection.
 * @nodes:   The arrays of the object.
 * @bytes:   The names and targets.
 * @xattrs:  The extended attributes.
 * @extents: The extents.
 */
struct luo_tmpfs_image {
	struct luo_tmpfs_ser ser;
	struct luo_tmpfs_acls_ser acls;
	struct luo_array nodes;
	struct luo_array bytes;
	struct luo_array xattrs;
	struct luo_array extents;
};

int luo_tmpfs_image_create(struct luo_tmpfs_image *image,
			   struct luo_tmpfs_walk *walk, const struct file *file);
void luo_tmpfs_image_free(struct luo_tmpfs_image *image);

/* luo_tmpfs_out.c: preserve and freeze. */

int luo_tmpfs_out_preserve(struct liveupdate_file_op_args *args);
void luo_tmpfs_out_unpreserve(struct liveupdate_file_op_args *args);
int luo_tmpfs_out_quiesce(struct liveupdate_file_handler *handler);
void luo_tmpfs_out_resume(struct liveupdate_file_handler *handler);
int luo_tmpfs_out_freeze(struct liveupdate_file_op_args *args);
void luo_tmpfs_out_unfreeze(struct liveupdate_file_op_args *args);

/* luo_tmpfs_in.c: retrieve and finish. */

/**
 * struct luo_tmpfs_in - A tree of the previous kernel.
 * @ser:     The object.
 * @acls:    Its subsection.
 * @nodes:   Its nodes.
 * @bytes:   The names and targets.
 * @xattrs:  The extended attributes.
 * @extents: The extents.
 */
struct luo_tmpfs_in {
	struct luo_tmpfs_ser ser;
	struct luo_tmpfs_acls_ser acls;
	struct luo_tmpfs_node_ser *nodes;
	struct luo_array bytes;
	struct luo_array xattrs;
	struct luo_array extents;
};

int luo_tmpfs_in_retrieve(struct liveupdate_file_op_args *args);
int luo_tmpfs_in_free_object(const void *data);
void luo_tmpfs_in_finish(struct liveupdate_file_op_args *args);

/* luo_tmpfs_check.c: checking what another kernel wrote. */

int luo_tmpfs_check(const struct luo_tmpfs_in *in);

/* luo_tmpfs_create.c: creating the files of a tree. */

/**
 * struct luo_tmpfs_place - Where the parts of a node begin.
 * @name:   Its name, in the array of bytes.
 * @target: Its target, in the array of bytes.
 * @xattr:  Its extended attributes.
 * @extent: Its extents.
 */
struct luo_tmpfs_place {
	u64 name;
	u64 target;
	u64 xattr;
	u64 extent;
};

/* Move a place from the parts of a node to those of the next one. */
static inline void luo_tmpfs_place_next(struct luo_tmpfs_place *place,
					const struct luo_tmpfs_node_ser *node)
{
	place->name += node->name_len;
	place->target += node->target_len;
	place->xattr += node->nr_xattrs;
	place->extent += node->nr_extents;
}

int luo_tmpfs_create(const struct luo_tmpfs_in *in, struct dentry *root,
		     u64 *nr_extents, u64 *nr_pages);

#endif /* _MM_LUO_TMPFS_H */
