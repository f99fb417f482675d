// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: memfds over live update
 *
 * The file handlers for memfds. What is kept over the kexec: contents, holes,
 * size, position, seals and whether the file is executable. What is not: the
 * name, the close-on-exec flag, and whatever else a new memfd has as its
 * default. Files on hugetlbfs are not
 * taken.
 *
 * There are two handlers, because LUO finds one by a string, and fails the whole
 * session on a string that it does not know. The first has the string of the
 * stock handler and writes version 0 for it, with version 1 beside it if the
 * write policy says so; a kernel with the stock handler takes version 0, this
 * one the newer. The second writes version 1 alone, for files that no stock
 * kernel will have to read.
 *
 * From preserve on, the size of a file cannot be changed and no hole punched;
 * it can be read and written, and holes be filled. Freeze takes the pages that
 * were written into holes since, and from then on who writes into a hole waits.
 * Which page was last written when does not matter to either: pages are handed
 * over in place, and all as dirty.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>
#include <linux/luo_field.h>
#include <linux/memfd.h>
#include <linux/module.h>
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

/**
 * struct luo_memfd_in - A file of the previous kernel.
 * @version: The version that was taken.
 * @v1:      The file as version 1 describes it.
 * @list:    What is in it, read from version 0.
 * @array:   What is in it, read from version 1.
 */
struct luo_memfd_in {
	int version;
	struct luo_memfd_ser_v1 v1;
	struct luo_memfd_extents list;
	struct luo_array array;
};

#define MEMFD_FIELDS(field, ser)					\
	field(ser, 1, u64, pos, .max = MAX_LFS_FILESIZE)		\
	field(ser, 1, u64, size, .max = MAX_LFS_FILESIZE)		\
	field(ser, 1, u64, nr_pages)					\
	field(ser, 1, u64, nr_extents)					\
	field(ser, 1, array, extents)					\
	field(ser, 1, u32, seals)					\
	field(ser, 1, u32, flags, .max = LUO_MEMFD_FLAGS)

#define MEMFD_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, external)

LUO_DEFINE_KIND(memfd, struct luo_memfd_ser_v1, MEMFD_FIELDS, MEMFD_VERSIONS);
LUO_NOTE_STRING("file", MEMFD_LUO_FH_COMPATIBLE);
LUO_NOTE_STRING("file", LUO_MEMFD_COMPATIBLE);

static int luo_memfd_v1_load_extents(const struct luo_memfd_ser_v1 *v1,
				     struct luo_array *array)
{
	int err;

	err = luo_array_restore(array, v1->extents,
				sizeof(struct luo_memfd_extent_ser),
				v1->nr_extents);
	if (err) {
		pr_err("the list of %llu extents cannot be read: %pe\n",
		       v1->nr_extents, ERR_PTR(err));
		return err;
	}

	if (!luo_memfd_extents_valid(array->data, v1->nr_extents, v1->nr_pages,
				     v1->size)) {
		pr_err("the extents are not those of a file of %llu bytes with %llu pages\n",
		       v1->size, v1->nr_pages);
		luo_array_free(array);
		return -EBADMSG;
	}

	return 0;
}

/* Preserving. */

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
	err = luo_object_save_version(&memfd_kind, memfd->id.instance,
				      &memfd->v1, 1);
	memfd->stored = !err;

	return err;
}

static void luo_memfd_release(struct luo_memfd *memfd)
{
	if (memfd->stored)
		luo_abort_object(&memfd->id);
	luo_memfd_v0_abort(&memfd->v0);
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

	err = luo_memfd_v0_save(&memfd->v0, &memfd->v1, &memfd->list);
	if (err)
		return err;

	memfd->id.instance = virt_to_phys(memfd->v0.ser);

	return luo_object_writes(&memfd_kind, 1) ? luo_memfd_store(memfd) : 0;
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

static int luo_memfd_preserve_as(struct liveupdate_file_op_args *args,
				 bool stock)
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

static int luo_memfd_preserve_stock(struct liveupdate_file_op_args *args)
{
	return luo_memfd_preserve_as(args, true);
}

static int luo_memfd_preserve_own(struct liveupdate_file_op_args *args)
{
	return luo_memfd_preserve_as(args, false);
}

static void luo_memfd_unpreserve(struct liveupdate_file_op_args *args)
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
		err = luo_memfd_v0_resave(&memfd->v0, &memfd->list);
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

static int luo_memfd_freeze(struct liveupdate_file_op_args *args)
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
		luo_memfd_v0_update(&memfd->v0, &memfd->v1);
	if (memfd->stored)
		err = luo_object_update(&memfd_kind, memfd->id.instance,
					&memfd->v1);
	if (err)
		shmem_thaw_holes(inode);
	trace_luo_memfd_freeze(memfd->id.instance, memfd->stored,
			       memfd->v1.size, memfd->list.nr_pages,
			       memfd->list.nr, err);

	return err;
}

static void luo_memfd_unfreeze(struct liveupdate_file_op_args *args)
{
	shmem_thaw_holes(file_inode(args->file));
}

static bool luo_memfd_is_memfd(struct file *file)
{
	return shmem_file(file) && !file_inode(file)->i_nlink;
}

static bool luo_memfd_can_preserve_stock(struct liveupdate_file_handler *handler,
					 struct file *file)
{
	return luo_memfd_is_memfd(file) && luo_object_writes(&memfd_kind, 0);
}

static bool luo_memfd_can_preserve_own(struct liveupdate_file_handler *handler,
				       struct file *file)
{
	return luo_memfd_is_memfd(file) && !luo_object_writes(&memfd_kind, 0);
}

static unsigned long luo_memfd_get_id(struct file *file)
{
	return (unsigned long)file_inode(file);
}

/* Retrieving. */

static const struct luo_memfd_extent_ser *
luo_memfd_in_extents(const struct luo_memfd_in *in)
{
	return in->array.data ?: in->list.extents;
}

static void luo_memfd_in_free(struct luo_memfd_in *in)
{
	luo_array_free(&in->array);
	luo_memfd_extents_free(&in->list);
}

/* On failure @in describes a file without pages. */
static int luo_memfd_load_v1(u64 instance, struct luo_memfd_in *in)
{
	int err;

	in->version = 1;
	err = luo_object_load_version(&memfd_kind, instance, &in->v1, 1);
	if (err)
		return err;
	if (!in->v1.nr_extents && !in->v1.nr_pages && !in->v1.extents)
		return 0;

	/* Without extents there is no array, which is an error then. */
	err = luo_memfd_v1_load_extents(&in->v1, &in->array);
	if (err)
		in->v1 = (struct luo_memfd_ser_v1){};

	return err;
}

/* What there was no memory to read is left for finish, as it was. */
static void luo_memfd_finish_object(u64 data, int err)
{
	const struct luo_object_id id = { LUO_MEMFD_KIND, data };

	if (err != -ENOMEM)
		luo_finish_object(&id);
}

/*
 * With version 0 at hand, a version 1 that is not there, is not understood or
 * is damaged is no loss. If it is taken, version 0 is left for finish, where
 * nobody waits.
 */
static int luo_memfd_load_stock(u64 data, struct luo_memfd_in *in)
{
	int err;

	err = luo_memfd_load_v1(data, in);
	luo_memfd_finish_object(data, err);
	if (err) {
		if (err != -ENOENT)
			pr_warn("version 1 of a file cannot be read, taking version 0: %pe\n",
				ERR_PTR(err));
		in->version = 0;
		err = luo_memfd_v0_load(data, &in->v1, &in->list);
	}

	return err;
}

static int luo_memfd_load_own(u64 data, struct luo_memfd_in *in)
{
	int err;

	err = luo_memfd_load_v1(data, in);
	if (err == -ENOENT)
		err = luo_object_load(&memfd_kind, data, &in->v1);
	luo_memfd_finish_object(data, err);

	return err;
}

static int luo_memfd_retrieve_as(struct liveupdate_file_op_args *args,
				 int (*load)(u64 data, struct luo_memfd_in *in))
{
	struct luo_memfd_in in = {};
	int err;

	err = load(args->serialized_data, &in);
	if (err)
		luo_memfd_discard(&in.v1, luo_memfd_in_extents(&in));
	else
		err = luo_memfd_retrieve(&in.v1, luo_memfd_in_extents(&in),
					 in.array.data, &args->file);
	if (err)
		pr_err("instance %llu cannot be retrieved: %pe\n",
		       args->serialized_data, ERR_PTR(err));
	trace_luo_memfd_retrieve(args->serialized_data, in.version, in.v1.size,
				 in.v1.nr_pages, in.v1.nr_extents, err);
	luo_memfd_in_free(&in);

	return err;
}

static int luo_memfd_retrieve_stock(struct liveupdate_file_op_args *args)
{
	return luo_memfd_retrieve_as(args, luo_memfd_load_stock);
}

static int luo_memfd_retrieve_own(struct liveupdate_file_op_args *args)
{
	return luo_memfd_retrieve_as(args, luo_memfd_load_own);
}

/*
 * Finish cannot fail, and what it does not read is never freed. Where a process
 * that is out of memory goes with its sessions, there soon is some.
 */
static int luo_memfd_load_own_at_last(u64 data, struct luo_memfd_in *in)
{
	unsigned int tries = 50;
	int err;

	while ((err = luo_memfd_load_own(data, in)) == -ENOMEM && --tries)
		msleep(20);

	return err;
}

/*
 * A retrieve has taken or freed everything, whatever it returned, unless there was
 * no memory to read it.
 */
static int luo_memfd_finish_as(struct liveupdate_file_op_args *args,
			       int (*load)(u64 data, struct luo_memfd_in *in))
{
	struct luo_memfd_in in = {};
	int err;

	err = load(args->serialized_data, &in);
	luo_memfd_discard(&in.v1, luo_memfd_in_extents(&in));
	luo_memfd_in_free(&in);

	return err;
}

static void luo_memfd_finish_stock(struct liveupdate_file_op_args *args)
{
	struct luo_memfd_in in = {};
	int err = args->retrieve_status;

	if (!err)
		err = luo_memfd_finish_as(args, luo_memfd_load_stock);

	/* The pages of a version 1 that was not read are those of version 0. */
	luo_memfd_load_own_at_last(args->serialized_data, &in);
	luo_memfd_in_free(&in);
	/* A list that is damaged may be in the memory of somebody else. */
	if (err != -EBADMSG)
		luo_memfd_v0_drop(args->serialized_data);
}

static void luo_memfd_finish_own(struct liveupdate_file_op_args *args)
{
	if (!args->retrieve_status || args->retrieve_status == -ENOMEM)
		luo_memfd_finish_as(args, luo_memfd_load_own_at_last);
}

static const struct liveupdate_file_ops luo_memfd_stock_ops = {
	.can_preserve	= luo_memfd_can_preserve_stock,
	.preserve	= luo_memfd_preserve_stock,
	.unpreserve	= luo_memfd_unpreserve,
	.freeze		= luo_memfd_freeze,
	.unfreeze	= luo_memfd_unfreeze,
	.retrieve	= luo_memfd_retrieve_stock,
	.finish		= luo_memfd_finish_stock,
	.get_id		= luo_memfd_get_id,
	.owner		= THIS_MODULE,
};

static const struct liveupdate_file_ops luo_memfd_own_ops = {
	.can_preserve	= luo_memfd_can_preserve_own,
	.preserve	= luo_memfd_preserve_own,
	.unpreserve	= luo_memfd_unpreserve,
	.freeze		= luo_memfd_freeze,
	.unfreeze	= luo_memfd_unfreeze,
	.retrieve	= luo_memfd_retrieve_own,
	.finish		= luo_memfd_finish_own,
	.get_id		= luo_memfd_get_id,
	.owner		= THIS_MODULE,
};

static struct liveupdate_file_handler luo_memfd_stock_handler = {
	.ops = &luo_memfd_stock_ops,
	.compatible = MEMFD_LUO_FH_COMPATIBLE,
};

static struct liveupdate_file_handler luo_memfd_own_handler = {
	.ops = &luo_memfd_own_ops,
	.compatible = LUO_MEMFD_COMPATIBLE,
};

static int __init luo_memfd_init(void)
{
	int err;

	err = luo_object_register_kind(&memfd_kind);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	err = liveupdate_register_file_handler(&luo_memfd_stock_handler);
	if (err)
		goto err_kind;

	err = liveupdate_register_file_handler(&luo_memfd_own_handler);
	if (err)
		goto err_stock;

	return 0;

err_stock:
	liveupdate_unregister_file_handler(&luo_memfd_stock_handler);
err_kind:
	luo_object_unregister_kind(&memfd_kind);

	return err;
}
late_initcall(luo_memfd_init);
