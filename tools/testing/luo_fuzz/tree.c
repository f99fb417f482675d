// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Trees of a tmpfs
 *
 * Two trees: one with each type of file, hard links, extended attributes and files with
 * pages, and one that is a single directory. The retrieving half of the handler creates
 * them over vfs.c.
 */

#include <errno.h>
#include <stdlib.h>

#include <linux/io.h>
#include <linux/liveupdate.h>
#include <linux/mm.h>

#include "../../../kernel/liveupdate/luo_array_internal.h"
#include "../../../kernel/liveupdate/luo_elements_internal.h"
#include "../../../kernel/liveupdate/luo_object_session.h"
#include "../../../mm/luo_memfd_attrs.h"
#include "../../../mm/luo_tmpfs.h"
#include "../luo_object/memfd_saved.h"
#include "frame.h"
#include "vfs.h"

#define NAMES	"dir" "file" "link" "symlink" "more" "null" "fifo"
#define TARGET	"../target"

#define FUZZ_TREES	2
#define FUZZ_SIZE	(30 * PAGE_SIZE)

/* The nodes of the first tree: the names are those in NAMES. */
static const struct luo_tmpfs_node_ser fuzz_nodes[] = {
	{ .mode = S_IFDIR | 0755, .mtime = 1 },
	{ .link = 1, .name_len = 3, .mode = S_IFDIR | 01777, .nr_xattrs = 5 },
	{ .parent = 1, .link = 2, .name_len = 4, .mode = S_IFREG | 0644,
	  .size = FUZZ_SIZE - 1, .nr_extents = 4, .nr_pages = 13, .uid = 1000 },
	{ .link = 2, .name_len = 4 },
	{ .parent = 1, .link = 4, .name_len = 7, .mode = S_IFLNK | 0777,
	  .target_len = sizeof(TARGET) - 1 },
	{ .link = 5, .name_len = 4, .mode = S_IFREG | 0600, .size = PAGE_SIZE,
	  .nr_extents = 1, .nr_pages = 1, .fsflags = FS_NODUMP_FL },
	{ .parent = 1, .link = 6, .name_len = 4, .mode = S_IFCHR | 0666,
	  .major = 1, .minor = 3 },
	{ .link = 7, .name_len = 4, .mode = S_IFIFO | 0600 },
};

/* A label, and an attribute with a value of 5 bytes, in elements of 8 bytes. */
static const char fuzz_xattrs[] =
	"\1\0\0\0\6\0\0\0" "\0label\0\0"
	"\7\0\0\0\5\0\0\0" "user.x\0v" "alue\0\0\0\0";

/* The first tree needs its object and arrays, and all its pages. */
enum {
	FUZZ_NODES = FUZZ_OBJECT_NEEDS,
	FUZZ_BYTES,
	FUZZ_XATTRS,
	FUZZ_EXTENTS,
	FUZZ_PAGES,
};

static u64 fuzz_needs[FUZZ_PAGES + MEMFD_EXTENTS_MAX];
static struct memfd_saved fuzz_pages;

static u64 fuzz_save_array(const void *data, u32 element_size, u64 nr)
{
	struct luo_array array;

	FUZZ_EXPECT(!luo_array_alloc_raw(&array, element_size, nr, GFP_KERNEL));
	memcpy(array.data, data, nr * element_size);
	luo_array_seal(&array);

	return array.handle;
}

static void fuzz_save_object(u64 instance, struct luo_tmpfs_ser *ser, u64 nr_nodes)
{
	struct luo_array nodes;

	FUZZ_EXPECT(!luo_elements_save(&ser->nodes, &nodes, luo_tmpfs_node_kind,
				       fuzz_nodes, nr_nodes, GFP_KERNEL));
	FUZZ_EXPECT(!luo_object_out_store(&luo_loopback_out, ser, sizeof(*ser),
					  &(struct luo_object_id){
						LUO_TMPFS_KIND, instance },
					  0, 0, GFP_KERNEL));
}

static void fuzz_save_pages(void)
{
	struct memfd_saved *pages = &fuzz_pages;
	u64 i;

	memfd_begin(pages, FUZZ_SIZE, LUO_TMPFS_EXTENTS);
	memfd_add(pages, 0, 0, 2, 0);
	memfd_add(pages, 6, 0, 0, LUO_MEMFD_DESCENDING);
	memfd_add(pages, 8, 2, 2, 0);
	memfd_add(pages, 28, 2, 2, 0);
	memfd_add(pages, 0, 0, 0, 0);
	for (i = 0; i < pages->v1.nr_extents; i++)
		fuzz_needs[FUZZ_PAGES + i] = PFN_PHYS(pages->extents[i].pfn);
}

static void fuzz_save_trees(void)
{
	struct luo_tmpfs_ser ser = {
		.nr_bytes = sizeof(NAMES TARGET) - 1,
		.nr_xattrs = sizeof(fuzz_xattrs) / sizeof(u64),
		.max_bytes = 1 << 20,
	};
	struct luo_tmpfs_ser single = {};

	fuzz_save_pages();
	ser.bytes = fuzz_save_array(NAMES TARGET, 1, ser.nr_bytes);
	ser.xattrs = fuzz_save_array(fuzz_xattrs, sizeof(u64), ser.nr_xattrs);
	ser.nr_extents = fuzz_pages.v1.nr_extents;
	ser.nr_pages = fuzz_pages.v1.nr_pages;
	ser.extents = fuzz_save_array(fuzz_pages.extents,
				      sizeof(fuzz_pages.extents[0]),
				      ser.nr_extents);
	fuzz_save_object(1, &ser, ARRAY_SIZE(fuzz_nodes));
	fuzz_save_object(2, &single, 1);

	fuzz_object_needs(LUO_TMPFS_KIND, 1, 0, fuzz_needs);
	fuzz_needs[FUZZ_NODES] = ser.nodes.array;
	fuzz_needs[FUZZ_BYTES] = ser.bytes;
	fuzz_needs[FUZZ_XATTRS] = ser.xattrs;
	fuzz_needs[FUZZ_EXTENTS] = ser.extents;
}

/* Write to all pages of all files, to check that no other file or object has them. */
static void fuzz_use(const struct file *file)
{
	unsigned long i;

	for (i = 0; i < file->inode.nr; i++) {
		const struct memfd_page *page = &file->inode.pages[i];

		if (page->poisoned)
			continue;
		memset(phys_to_virt(PFN_PHYS(page->pfn)), 0,
		       PAGE_SIZE << page->order);
	}
}

static bool fuzz_page_holds(const struct memfd_page *page)
{
	const u64 *data = phys_to_virt(PFN_PHYS(page->pfn));

	return *data == page->index;
}

/* Compare a name of the first tree, and its file, with the node. */
static bool fuzz_file_holds(const struct dentry *dentry, u64 index)
{
	const struct luo_tmpfs_node_ser *node = &fuzz_nodes[index];
	const struct file *file = dentry->file;
	unsigned long i;
	u64 nr_pages = 0;

	if (dentry->len != node->name_len || dentry->is_link != !node->mode)
		return false;
	if (dentry->is_link)
		return true;

	for (i = 0; i < file->inode.nr; i++) {
		if (!fuzz_page_holds(&file->inode.pages[i]))
			return false;
		nr_pages += 1ULL << file->inode.pages[i].order;
	}

	return file->inode.i_mode == node->mode && file->size == node->size &&
	       nr_pages == node->nr_pages &&
	       file->nr_xattrs == (node->nr_xattrs ? 2 : 0);
}

/* The names are in the reverse order of the nodes. */
static bool fuzz_tree_holds(void)
{
	u64 index = ARRAY_SIZE(fuzz_nodes);
	const struct dentry *dentry;

	for (dentry = vfs_dentries; dentry; dentry = dentry->next) {
		if (!index-- || !fuzz_file_holds(dentry, index))
			return false;
	}

	return !index;
}

static void fuzz_restore_tree(u64 instance)
{
	struct liveupdate_file_op_args args = { .serialized_data = instance };
	const struct dentry *dentry;
	int err;

	err = luo_tmpfs_in_retrieve(&args);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE, -ERANGE, -EPROTO,
			  -EEXIST, -EOPNOTSUPP, -EPROTONOSUPPORT);
	FUZZ_EXPECT(!err == !!vfs_dentries);
	if (instance == 1 && (fuzz_untouched() ||
			      fuzz_intact(fuzz_needs, ARRAY_SIZE(fuzz_needs))))
		FUZZ_EXPECT(!err && fuzz_tree_holds());
	for (dentry = vfs_dentries; dentry; dentry = dentry->next)
		fuzz_use(dentry->file);

	/* Finish each object that can be read, even if its tree was not retrieved. */
	luo_loopback_fail_nth(0);
	args.retrieve_status = err ?: 1;
	luo_object_session_finish(LUO_TMPFS_COMPATIBLE, instance);
	luo_tmpfs_in_finish(&args);
	vfs_free_tree();
	if (!err)
		free(args.file);
}

/* As luo_tmpfs.c, which is not part of this program. */
static void fuzz_register(void)
{
	static bool registered;

	if (registered)
		return;
	registered = true;
	luo_tmpfs_kind->drop = luo_tmpfs_in_free_object;
	luo_tmpfs_kind->handlers = luo_tmpfs_handlers;
	luo_object_register_kind(luo_tmpfs_kind);
}

static void fuzz_restore_trees(void)
{
	u64 i;

	fuzz_register();
	for (i = 1; i <= FUZZ_TREES; i++)
		fuzz_restore_tree(i);
	luo_object_kind_drop(&luo_objects_in, NULL, NULL);
	/* One failed allocation may cost a tree, but never its memory. */
	if (fuzz_unchanged())
		FUZZ_EXPECT(!luo_loopback_keys(LUO_LOOPBACK_INCOMING));
	memfd_forget_objects();
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_trees,
	.restore	= fuzz_restore_trees,
};
