// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The contents of the files of a tree
 *
 * Pins and preserves the pages of regular files, with luo_memfd_collect.c. The pages of
 * a file stay pinned while programs write to it, truncate it or delete it. Those that
 * are no longer in the file are released when the tree is frozen.
 *
 * Shmem marks each folio that is added to the file, as for a memfd. If no folio has a
 * mark, and the file has as many pages as were collected, then these are its pages, and
 * freeze need not visit them. Otherwise it collects the pages of the file again.
 *
 * The mark also shows that a file is preserved: a file that is marked already is in another
 * tree or is preserved as a memfd, and is refused.
 *
 * Called by luo_tmpfs_out.c.
 */

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "luo_memfd_out.h"
#include "luo_tmpfs.h"

/**
 * luo_tmpfs_content_key - The index of a file in an xarray.
 * @inode: The file.
 *
 * Inodes do not overlap, so the quotient of the address and the size is that of no other
 * file. Those of a slab have neighbouring indices, which share the nodes of the xarray.
 *
 * Return: A number that no other file has.
 */
unsigned long luo_tmpfs_content_key(const struct inode *inode)
{
	return (unsigned long)inode / sizeof(struct shmem_inode_info);
}

/**
 * luo_tmpfs_content_needed - Check whether a file needs a &struct luo_tmpfs_content.
 * @inode: A regular file.
 *
 * Return: False if the file is empty: it has no page, and can only get one by a system
 * call, which waits while the superblock is frozen.
 */
bool luo_tmpfs_content_needed(struct inode *inode)
{
	return i_size_read(inode) || READ_ONCE(SHMEM_I(inode)->alloced);
}

/* Whether the pages of the list are those of the file, and there is no other. */
static bool luo_tmpfs_content_is_exact(const struct luo_tmpfs_content *content)
{
	struct address_space *mapping = content->inode->i_mapping;
	struct shmem_inode_info *info = SHMEM_I(content->inode);

	return !xa_marked(&mapping->i_pages, SHMEM_TAG_ADDED) &&
	       !READ_ONCE(info->swapped) &&
	       READ_ONCE(mapping->nrpages) == content->list.nr_pages;
}

static void luo_tmpfs_content_unpin(struct luo_tmpfs_content *content)
{
	struct luo_memfd_extents *list = &content->list;
	u64 i;

	for (i = 0; i < list->nr; i++) {
		luo_memfd_collect_release(content->inode, &list->extents[i],
					  LUO_TMPFS_EXTENTS);
		cond_resched();
	}
	luo_memfd_extents_free(list);
}

static int luo_tmpfs_content_pin(struct luo_tmpfs_content *content)
{
	struct inode *inode = content->inode;
	struct address_space *mapping = inode->i_mapping;
	gfp_t gfp = mapping_gfp_mask(mapping);
	int err;

	if (!luo_memfd_out_fits(inode))
		return -ENOMEM;

	/*
	 * Absent pages must come first: nothing unpreserves them if the file is truncated
	 * or deleted before freeze.
	 */
	err = luo_memfd_lazy_fill_range(inode, 0, ULONG_MAX);
	if (err)
		return err;

	content->poison = luo_run_poison_seen();
	/* Fail instead of invoking the OOM killer. */
	mapping_set_gfp_mask(mapping, gfp | __GFP_RETRY_MAYFAIL);
	err = luo_memfd_collect(inode, &content->list, LUO_TMPFS_EXTENTS);
	mapping_set_gfp_mask(mapping, gfp);
	if (err)
		return err;

	err = luo_memfd_tags_check(inode);
	if (err) {
		luo_tmpfs_content_unpin(content);
		return err;
	}
	content->exact = luo_tmpfs_content_is_exact(content);

	return 0;
}

/* Collect the pages, unless those that were collected before are still those of the file. */
static int luo_tmpfs_content_collect(struct luo_tmpfs_content *content)
{
	int err;

	inode_lock(content->inode);
	if (content->exact && luo_tmpfs_content_is_exact(content) &&
	    content->poison == luo_run_poison_seen()) {
		err = 0;
	} else {
		luo_tmpfs_content_unpin(content);
		content->exact = false;
		err = luo_tmpfs_content_pin(content);
	}
	inode_unlock(content->inode);

	return err;
}

static int luo_tmpfs_content_own(struct inode *inode)
{
	int err = 0;

	inode_lock(inode);
	if (SHMEM_I(inode)->flags & SHMEM_F_MARK_ADDED)
		err = -EBUSY;
	else
		shmem_mark_added(inode, true);
	inode_unlock(inode);

	return err;
}

static struct luo_tmpfs_content *
luo_tmpfs_content_add(struct luo_tmpfs_contents *contents, struct inode *inode)
{
	struct luo_tmpfs_content *content = kzalloc_obj(*content);
	int err;

	if (!content)
		return ERR_PTR(-ENOMEM);

	content->inode = inode;
	err = xa_insert(&contents->files, luo_tmpfs_content_key(inode), content,
			GFP_KERNEL);
	if (err)
		goto err_free;

	err = luo_tmpfs_content_own(inode);
	if (err)
		goto err_erase;
	ihold(inode);

	return content;

err_erase:
	xa_erase(&contents->files, luo_tmpfs_content_key(inode));
err_free:
	kfree(content);

	return ERR_PTR(err);
}

static struct luo_tmpfs_content *
luo_tmpfs_content_find(struct luo_tmpfs_contents *contents, struct inode *inode)
{
	struct luo_tmpfs_content *content;

	content = xa_load(&contents->files, luo_tmpfs_content_key(inode));
	if (!content)
		content = luo_tmpfs_content_add(contents, inode);
	if (!IS_ERR(content))
		content->generation = contents->generation;

	return content;
}

/**
 * luo_tmpfs_content_save - Pin and preserve the pages of a file.
 * @contents: Those of the tree.
 * @inode:    A regular file, referenced.
 *
 * Context: Process context, may sleep.
 * Return: The content; -EBUSY if the file is preserved by another handler or in another
 * tree, or as luo_memfd_collect().
 */
struct luo_tmpfs_content *
luo_tmpfs_content_save(struct luo_tmpfs_contents *contents, struct inode *inode)
{
	struct luo_tmpfs_content *content;
	int err;

	content = luo_tmpfs_content_find(contents, inode);
	if (IS_ERR(content))
		return content;

	err = luo_tmpfs_content_collect(content);

	return err ? ERR_PTR(err) : content;
}

/**
 * luo_tmpfs_content_freeze - Freeze the holes of a file, and preserve its last pages.
 * @contents: Those of the tree.
 * @inode:    A regular file, referenced, of a superblock that is frozen.
 *
 * Until luo_tmpfs_content_thaw_all() no page can be added to the file.
 *
 * Context: Process context, may sleep.
 * Return: As luo_tmpfs_content_save(). On an error the holes may be frozen.
 */
struct luo_tmpfs_content *
luo_tmpfs_content_freeze(struct luo_tmpfs_contents *contents,
			 struct inode *inode)
{
	struct luo_tmpfs_content *content;
	int err;

	content = luo_tmpfs_content_find(contents, inode);
	if (IS_ERR(content))
		return content;

	shmem_freeze_holes(inode);
	content->frozen = true;
	err = luo_tmpfs_content_collect(content);

	return err ? ERR_PTR(err) : content;
}

static void luo_tmpfs_content_thaw(struct luo_tmpfs_content *content)
{
	if (content->frozen)
		shmem_thaw_holes(content->inode);
	content->frozen = false;
}

/**
 * luo_tmpfs_content_thaw_all - Undo luo_tmpfs_content_freeze() for all files.
 * @contents: Those of the tree. The pages stay preserved.
 */
void luo_tmpfs_content_thaw_all(struct luo_tmpfs_contents *contents)
{
	struct luo_tmpfs_content *content;
	unsigned long key;

	xa_for_each(&contents->files, key, content)
		luo_tmpfs_content_thaw(content);
}

static void luo_tmpfs_content_release(struct luo_tmpfs_contents *contents,
				      unsigned long key,
				      struct luo_tmpfs_content *content)
{
	struct inode *inode = content->inode;

	luo_tmpfs_content_thaw(content);
	inode_lock(inode);
	shmem_mark_added(inode, false);
	luo_tmpfs_content_unpin(content);
	inode_unlock(inode);
	iput(inode);
	xa_erase(&contents->files, key);
	kfree(content);
	cond_resched();
}

/**
 * luo_tmpfs_content_release_old - Release files that the last walk did not find.
 * @contents: Those of the tree.
 */
void luo_tmpfs_content_release_old(struct luo_tmpfs_contents *contents)
{
	struct luo_tmpfs_content *content;
	unsigned long key;

	xa_for_each(&contents->files, key, content) {
		if (content->generation != contents->generation)
			luo_tmpfs_content_release(contents, key, content);
	}
}

/**
 * luo_tmpfs_content_release_all - Unpreserve and unpin the pages of all files.
 * @contents: Those of the tree.
 */
void luo_tmpfs_content_release_all(struct luo_tmpfs_contents *contents)
{
	struct luo_tmpfs_content *content;
	unsigned long key;

	xa_for_each(&contents->files, key, content)
		luo_tmpfs_content_release(contents, key, content);
	xa_destroy(&contents->files);
}
