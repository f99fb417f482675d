// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserving a memfd
 *
 * The preserve, freeze and their opposites of the file handlers: writes version 0
 * and version 1 of a file whose pages luo_memfd_collect.c finds and pins. Called
 * by LUO by way of luo_memfd.c.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>
#include <linux/luo_object.h>
#include <linux/mm.h>
#include <linux/memfd.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

#include <trace/events/luo.h>

#include "luo_memfd.h"

/**
 * struct luo_memfd - A file that is being preserved.
 * @v1:       The file as version 1 describes it.
 * @list:     What is in it.
 * @array:    Where the list is kept for the next kernel, where version 1 is
 *            written.
 * @v0:       Version 0, where it is written.
 * @id:       The object that version 1 is, where it is written.
 * @stored:   Version 1 is stored.
 * @all:      Every page of the file is in @list, so that the number of pages
 *            tells whether there are more.
 */
struct luo_memfd {
	struct luo_memfd_ser_v1 v1;
	struct luo_memfd_extents list;
	struct luo_array array;
	struct luo_memfd_v0 v0;
	struct luo_object_id id;
	bool stored;
	bool all;
};

static int luo_memfd_alloc_array(const struct luo_memfd *memfd,
				 struct luo_array *array)
{
	const struct luo_memfd_extents *list = &memfd->list;

	*array = (struct luo_array){};

	return list->nr ? luo_array_alloc(array, sizeof(*list->extents),
					  list->nr, GFP_KERNEL) : 0;
}

/* From here on the list is kept in the array, and there only. */
static void luo_memfd_fill_array(struct luo_memfd *memfd)
{
	if (!memfd->array.data) {
		luo_memfd_extents_free(&memfd->list);
		return;
	}

	luo_memfd_extents_keep_in(&memfd->list, memfd->array.data);
	luo_array_seal(&memfd->array);
}

static void luo_memfd_describe(struct luo_memfd *memfd)
{
	memfd->v1.nr_pages = memfd->list.nr_pages;
	memfd->v1.nr_extents = memfd->list.nr;
	memfd->v1.extents = memfd->array.handle;
}

static int luo_memfd_store(struct luo_memfd *memfd)
{
	int err;

	err = luo_memfd_alloc_array(memfd, &memfd->array);
	if (err)
		return err;

	luo_memfd_fill_array(memfd);
	luo_memfd_describe(memfd);
	err = luo_object_save_version(luo_memfd_kind, memfd->id.instance,
				      &memfd->v1, 1);
	memfd->stored = !err;

	return err;
}

static void luo_memfd_release(struct luo_memfd *memfd)
{
	if (memfd->stored)
		luo_abort_object(&memfd->id);
	luo_memfd_v0_out_abort(&memfd->v0);
	luo_memfd_uncollect(&memfd->list, 0, memfd->v1.flags);
	luo_memfd_extents_free(&memfd->list);
	luo_array_free(&memfd->array);
	kfree(memfd);
}

/*
 * Pages in the file, in memory or in swap: maybe too many, never too few. With
 * the lock nothing is taken off swapped, and what is added to swapped is in
 * nrpages still.
 */
static unsigned long luo_memfd_nr_pages(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	guard(spinlock)(&info->lock);

	return info->swapped + READ_ONCE(inode->i_mapping->nrpages);
}

static int luo_memfd_describe_file(struct file *file,
				   struct luo_memfd_ser_v1 *v1)
{
	int seals = memfd_get_seals(file);

	if (seals < 0)
		return seals;
	if (seals & ~MEMFD_LUO_ALL_SEALS)
		return -EOPNOTSUPP;

	v1->pos = file->f_pos;
	v1->size = i_size_read(file_inode(file));
	v1->seals = seals;
	v1->flags &= ~LUO_MEMFD_NOEXEC;
	if (!(file_inode(file)->i_mode & 0111))
		v1->flags |= LUO_MEMFD_NOEXEC;

	return 0;
}

static int luo_memfd_save_stock(struct luo_memfd *memfd)
{
	int err;

	err = luo_memfd_v0_out_save(&memfd->v0, &memfd->v1, &memfd->list);
	if (err)
		return err;

	memfd->id.instance = virt_to_phys(memfd->v0.ser);

	return luo_object_writes(luo_memfd_kind, 1) ? luo_memfd_store(memfd) : 0;
}

static int luo_memfd_save_own(struct luo_memfd *memfd)
{
	static atomic64_t last_instance;

	/* Odd, as no physical address of version 0 is. */
	memfd->id.instance = 2 * atomic64_inc_return(&last_instance) - 1;

	return luo_memfd_store(memfd);
}

static struct luo_memfd *luo_memfd_save(struct file *file, bool stock)
{
	struct inode *inode = file_inode(file);
	struct luo_memfd *memfd = kzalloc_obj(*memfd);
	int err;

	if (!memfd)
		return ERR_PTR(-ENOMEM);

	memfd->id.kind = LUO_MEMFD_KIND;
	memfd->v1.flags = stock ? 0 : LUO_MEMFD_RANGE_KEYS;
	err = luo_memfd_describe_file(file, &memfd->v1);
	if (err)
		goto err_release;

	/* What the stock handler can pin. */
	if (stock && DIV_ROUND_UP_ULL(memfd->v1.size, PAGE_SIZE) > UINT_MAX) {
		err = -EFBIG;
		goto err_release;
	}

	err = luo_memfd_collect(file, &memfd->list, memfd->v1.flags);
	if (err)
		goto err_release;

	err = stock ? luo_memfd_save_stock(memfd) : luo_memfd_save_own(memfd);
	if (err)
		goto err_release;
	memfd->all = luo_memfd_nr_pages(inode) == memfd->list.nr_pages;

	return memfd;

err_release:
	luo_memfd_release(memfd);

	return ERR_PTR(err);
}

/**
 * luo_memfd_out_preserve - Preserve a file.
 * @args:  What LUO passes to its handler.
 * @stock: Write version 0, and version 1 if the write policy says so; otherwise
 *         version 1 alone.
 *
 * Return: 0, or a negative errno with the file unchanged.
 */
int luo_memfd_out_preserve(struct liveupdate_file_op_args *args, bool stock)
{
	struct inode *inode = file_inode(args->file);
	struct luo_memfd *memfd;

	luo_memfd_collapse(args->file);
	inode_lock(inode);
	shmem_freeze(inode, true);
	memfd = luo_memfd_save(args->file, stock);
	if (IS_ERR(memfd))
		shmem_freeze(inode, false);
	inode_unlock(inode);
	if (IS_ERR(memfd)) {
		trace_luo_memfd_preserve(0, -1, i_size_read(inode), 0, 0,
					 PTR_ERR(memfd));
		return PTR_ERR(memfd);
	}

	args->private_data = memfd;
	args->serialized_data = memfd->id.instance;
	trace_luo_memfd_preserve(memfd->id.instance, memfd->stored,
				 memfd->v1.size, memfd->list.nr_pages,
				 memfd->list.nr, 0);

	return 0;
}

/**
 * luo_memfd_out_unpreserve - Undo luo_memfd_out_preserve().
 * @args: What LUO passes to its handler.
 */
void luo_memfd_out_unpreserve(struct liveupdate_file_op_args *args)
{
	struct inode *inode = file_inode(args->file);

	inode_lock(inode);
	shmem_freeze(inode, false);
	luo_memfd_release(args->private_data);
	inode_unlock(inode);
}

/*
 * Write the lists anew. The new ones are made before the old ones go, so that a
 * freeze that fails leaves the file preserved as it was.
 */
static int luo_memfd_resave(struct luo_memfd *memfd)
{
	struct luo_array array = {};
	int err;

	if (memfd->stored) {
		err = luo_memfd_alloc_array(memfd, &array);
		if (err)
			return err;
	}

	if (memfd->v0.ser) {
		err = luo_memfd_v0_out_resave(&memfd->v0, &memfd->list);
		if (err) {
			luo_array_free(&array);
			return err;
		}
	}
	luo_memfd_extents_sort(&memfd->list);
	swap(memfd->array, array);
	luo_array_free(&array);
	if (memfd->stored)
		luo_memfd_fill_array(memfd);
	luo_memfd_describe(memfd);

	return 0;
}

/* Take what was written into holes since the file was preserved. */
static int luo_memfd_collect_late(struct luo_memfd *memfd, struct file *file)
{
	u64 nr_known = memfd->list.nr;
	int err;

	if (memfd->all &&
	    luo_memfd_nr_pages(file_inode(file)) == memfd->list.nr_pages)
		return 0;

	err = luo_memfd_collect(file, &memfd->list, memfd->v1.flags);
	if (err)
		return err;
	if (memfd->list.nr == nr_known)
		return 0;

	err = luo_memfd_resave(memfd);
	if (err)
		luo_memfd_uncollect(&memfd->list, nr_known, memfd->v1.flags);

	return err;
}

/**
 * luo_memfd_out_freeze - Preserve what was written into holes since, for good.
 * @args: What LUO passes to its handler.
 *
 * Return: 0, or a negative errno with the file preserved as before the call.
 */
int luo_memfd_out_freeze(struct liveupdate_file_op_args *args)
{
	struct luo_memfd *memfd = args->private_data;
	struct inode *inode = file_inode(args->file);
	int err;

	/* All but the size may have changed since. */
	err = luo_memfd_describe_file(args->file, &memfd->v1);
	if (err)
		return err;

	shmem_freeze_holes(inode);
	err = luo_memfd_collect_late(memfd, args->file);
	if (err) {
		shmem_thaw_holes(inode);
		return err;
	}

	if (memfd->v0.ser)
		luo_memfd_v0_out_update(&memfd->v0, &memfd->v1);
	if (memfd->stored)
		err = luo_object_update(luo_memfd_kind, memfd->id.instance,
					&memfd->v1);
	if (err)
		shmem_thaw_holes(inode);
	trace_luo_memfd_freeze(memfd->id.instance, memfd->stored,
			       memfd->v1.size, memfd->list.nr_pages,
			       memfd->list.nr, err);

	return err;
}

/**
 * luo_memfd_out_unfreeze - Undo luo_memfd_out_freeze().
 * @args: What LUO passes to its handler.
 */
void luo_memfd_out_unfreeze(struct liveupdate_file_op_args *args)
{
	shmem_thaw_holes(file_inode(args->file));
}
