// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserving a memfd
 *
 * The calls preserve, unpreserve, freeze and unfreeze of the file handlers in
 * luo_memfd.c. Writes version 0 and version 1 of a file, whose pages luo_memfd_collect.c
 * finds and pins.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/array_size.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/memfd.h>
#include <linux/liveupdate.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/memfd.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include <trace/events/luo.h>

#include "luo_memfd_out.h"

/* The number of poisoned pages that freeze handles at once. */
#define LUO_MEMFD_POISON_BATCH	16

/* The version that holds the file, see luo_memfd_kind.c. */
static u32 luo_memfd_version(const struct luo_memfd *memfd)
{
	return memfd->nr_poisoned ? 2 : 1;
}

static struct luo_memfd_ser_v1 luo_memfd_object(const struct luo_memfd *memfd)
{
	struct luo_memfd_ser_v1 v1 = memfd->v1;

	if (memfd->nr_poisoned)
		v1.flags |= LUO_MEMFD_HAS_POISON;

	return v1;
}

static int luo_memfd_store(struct luo_memfd *memfd)
{
	const struct luo_memfd_ser_v1 v1 = luo_memfd_object(memfd);
	int err;

	err = luo_object_save(luo_memfd_kind, memfd->id.instance, &v1);
	if (!err)
		memfd->stored = luo_memfd_version(memfd);

	return err;
}

/* Store the current state of the file. After an error the next freeze stores it. */
static int luo_memfd_update(struct luo_memfd *memfd)
{
	const struct luo_memfd_ser_v1 v1 = luo_memfd_object(memfd);
	int err;

	/* This needs memory only for a first poisoned page, which adds version 2. */
	err = luo_object_update(luo_memfd_kind, memfd->id.instance, &v1);
	if (!err)
		memfd->stored = luo_memfd_version(memfd);

	return err;
}

static void luo_memfd_release_pages(struct luo_memfd *memfd)
{
	struct luo_memfd_extent_ser extent;
	u64 i;

	if (!memfd->has_object) {
		luo_memfd_v0_out_release(&memfd->v0);
		return;
	}

	for (i = 0; i < memfd->extents.count; i++) {
		luo_vec_get(&memfd->extents, i, &extent);
		if (extent.nr_pages)
			luo_memfd_collect_release(file_inode(memfd->file), &extent,
						  memfd->v1.flags);
		cond_resched();
	}
}

/* Free everything except the pages of the file. */
static void luo_memfd_free(struct luo_memfd *memfd)
{
	if (memfd->stored)
		luo_abort_object(&memfd->id);
	luo_memfd_attrs_out_abort(&memfd->attrs);
	luo_memfd_v0_out_abort(&memfd->v0);
	luo_vec_free(&memfd->extents);
	kvfree(memfd->removed);
	mutex_destroy(&memfd->lock);
	kfree(memfd);
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

static int luo_memfd_begin(struct luo_memfd *memfd, struct file *file, bool stock)
{
	static atomic64_t last_instance;
	int err;

	memfd->keeper.ops = &luo_memfd_punch_ops;
	mutex_init(&memfd->lock);
	memfd->file = file;
	memfd->id.kind = LUO_MEMFD_KIND;
	memfd->v1.flags = stock ? 0 : LUO_MEMFD_RANGE_KEYS;
	memfd->has_object = !stock || luo_object_kind_writes(luo_memfd_kind, 1);
	luo_vec_init(&memfd->extents, sizeof(struct luo_memfd_extent_ser));
	err = luo_memfd_describe_file(file, &memfd->v1);
	if (err)
		return err;

	if (!stock) {
		/* Odd, so that it differs from all physical addresses of version 0. */
		memfd->id.instance = 2 * atomic64_inc_return(&last_instance) - 1;
		return 0;
	}

	/* The limit of the stock handler, which pins all pages. */
	if (DIV_ROUND_UP_ULL(memfd->v1.size, PAGE_SIZE) > UINT_MAX)
		return -EFBIG;

	err = luo_memfd_v0_out_init(&memfd->v0, &memfd->v1);
	if (!err)
		memfd->id.instance = virt_to_phys(memfd->v0.ser);

	return err;
}

static int luo_memfd_save_pages(struct luo_memfd *memfd, struct file *file)
{
	struct luo_memfd_extents list = {};
	int err;
	u64 i;

	memfd->poison = luo_run_poison_seen();
	/* Version 0 alone lists folios, and a poisoned page must be marked. */
	if (!memfd->has_object || memfd->poison) {
		err = luo_memfd_lazy_fill_range(file_inode(file), 0, ULONG_MAX);
		if (err)
			return err;
	}

	err = luo_memfd_collect(file_inode(file), &list, memfd->v1.flags);
	if (err)
		return err;

	err = luo_memfd_tags_check(file_inode(file));
	if (!err)
		err = luo_memfd_list_add(memfd, &list);
	if (!err)
		err = luo_memfd_list_prepare(memfd);
	if (!err) {
		memfd->nr_sorted = memfd->extents.count;
		memfd->v0.nr_sorted = memfd->v0.nr;
		luo_memfd_list_seal(memfd);
		if (memfd->v0.ser)
			luo_memfd_v0_out_update(&memfd->v0, &memfd->v1,
						!memfd->nr_poisoned);
		if (memfd->has_object)
			err = luo_memfd_store(memfd);
	}
	if (err) {
		luo_memfd_relist_release_begin(file_inode(file));
		for (i = 0; i < list.nr; i++)
			luo_memfd_collect_release(file_inode(file), &list.extents[i],
						  memfd->v1.flags);
		luo_memfd_relist_release_end(file_inode(file));
	}
	luo_memfd_extents_free(&list);

	return err;
}

static struct luo_memfd *luo_memfd_save(struct file *file, bool stock)
{
	struct luo_memfd *memfd = kzalloc_obj(*memfd);
	int err;

	if (!memfd)
		return ERR_PTR(-ENOMEM);

	err = luo_memfd_begin(memfd, file, stock);
	if (!err)
		err = luo_memfd_attrs_out_save(&memfd->attrs, file,
					       memfd->id.instance);
	if (!err)
		err = luo_memfd_save_pages(memfd, file);
	if (err) {
		luo_memfd_free(memfd);
		return ERR_PTR(err);
	}

	return memfd;
}

/* Enable or disable the marks of folios that are added to the file. */
static void luo_memfd_track(struct inode *inode, bool track)
{
	SHMEM_I(inode)->keeper = NULL;
	shmem_freeze(inode, track);
	shmem_mark_added(inode, track);
}

/**
 * luo_memfd_out_fits - Check whether the swapped pages of a file fit into memory.
 * @inode: The file.
 *
 * They are pinned when they are read, so pages of other programs are swapped out in
 * their place. If that does not free enough memory, the OOM killer kills unrelated
 * processes. The scratch areas of KHO do not count: they are CMA, where no page can be
 * pinned.
 *
 * Return: true if they fit.
 */
bool luo_memfd_out_fits(struct inode *inode)
{
	long swapped = READ_ONCE(SHMEM_I(inode)->swapped);
	long anon = global_node_page_state(NR_ACTIVE_ANON) +
		    global_node_page_state(NR_INACTIVE_ANON) -
		    inode->i_mapping->nrpages;
	long free = si_mem_available() -
		    global_zone_page_state(NR_FREE_CMA_PAGES);

	/* Reading a page from swap frees its slot there. */
	anon = clamp(anon, 0, get_nr_swap_pages() + swapped);

	return swapped <= max(free, 0) + anon;
}

/*
 * If there is no memory nevertheless, fail instead of invoking the OOM killer. A write
 * to the file at the same time may then fail too, as any write may.
 */
static struct luo_memfd *luo_memfd_save_or_fail(struct file *file, bool stock)
{
	struct address_space *mapping = file->f_mapping;
	gfp_t gfp = mapping_gfp_mask(mapping);
	struct luo_memfd *memfd;

	if (!luo_memfd_out_fits(file_inode(file)))
		return ERR_PTR(-ENOMEM);

	mapping_set_gfp_mask(mapping, gfp | __GFP_RETRY_MAYFAIL);
	memfd = luo_memfd_save(file, stock);
	mapping_set_gfp_mask(mapping, gfp);

	return memfd;
}

/*
 * A file that marks what is added to it is preserved in a tree, see luo_tmpfs_content.c:
 * it was deleted there after that.
 */
static struct luo_memfd *luo_memfd_save_tracked(struct file *file, bool stock)
{
	struct inode *inode = file_inode(file);
	struct luo_memfd *memfd;

	if (SHMEM_I(inode)->flags & SHMEM_F_MARK_ADDED)
		return ERR_PTR(-EBUSY);

	luo_memfd_track(inode, true);
	memfd = luo_memfd_save_or_fail(file, stock);
	if (IS_ERR(memfd))
		luo_memfd_track(inode, false);
	else
		SHMEM_I(inode)->keeper = &memfd->keeper;

	return memfd;
}

/**
 * luo_memfd_out_preserve - Preserve a file.
 * @args:  The arguments of the handler.
 * @stock: If true, write version 0, and version 1 if the write policy selects it. If
 *         false, write version 1 alone.
 *
 * Return: 0; -ENOMEM if the file does not fit into memory; -EOPNOTSUPP if a page has
 * memory tags; -EBUSY if the file is preserved already, in a session or in a tree, or if a
 * page must be moved and is in use; or another negative errno. On an error the file is
 * unchanged.
 */
int luo_memfd_out_preserve(struct liveupdate_file_op_args *args, bool stock)
{
	struct inode *inode = file_inode(args->file);
	struct luo_memfd *memfd;

	luo_memfd_collapse(args->file);
	inode_lock(inode);
	memfd = luo_memfd_save_tracked(args->file, stock);
	inode_unlock(inode);
	if (IS_ERR(memfd)) {
		trace_luo_memfd_preserve(0, -1, i_size_read(inode), 0, 0,
					 PTR_ERR(memfd));
		return PTR_ERR(memfd);
	}

	args->private_data = memfd;
	args->serialized_data = memfd->id.instance;
	trace_luo_memfd_preserve(memfd->id.instance, memfd->stored,
				 memfd->v1.size, memfd->v1.nr_pages,
				 memfd->extents.count, 0);

	return 0;
}

/**
 * luo_memfd_out_unpreserve - Undo luo_memfd_out_preserve().
 * @args: The arguments of the handler.
 */
void luo_memfd_out_unpreserve(struct liveupdate_file_op_args *args)
{
	struct inode *inode = file_inode(args->file);
	struct luo_memfd *memfd = args->private_data;

	inode_lock(inode);
	luo_memfd_track(inode, false);
	luo_memfd_relist_release_begin(inode);
	luo_memfd_release_pages(memfd);
	luo_memfd_relist_release_end(inode);
	luo_memfd_free(memfd);
	inode_unlock(inode);
}

/*
 * Find poisoned pages of the file that have no such flag yet, at most @max. Return
 * their number; -EHWPOISON if one is in a large folio.
 */
static int luo_memfd_find_poison(struct luo_memfd *memfd, u64 *indices, int max)
{
	struct luo_memfd_extent_ser extent;
	struct luo_run run;
	int nr = 0;
	u32 offset;
	u64 i;

	for (i = 0; i < memfd->extents.count; i++) {
		luo_vec_get(&memfd->extents, i, &extent);
		if (extent.flags & LUO_MEMFD_POISONED)
			continue;
		run = luo_memfd_extent_run(&extent, 0);
		for (offset = luo_memfd_collect_poisoned(&extent, 0);
		     offset < extent.nr_pages;
		     offset = luo_memfd_collect_poisoned(&extent, offset + 1)) {
			if (extent.order)
				return -EHWPOISON;
			if (nr == max)
				return nr;
			indices[nr++] = extent.index +
					luo_run_mirror(&run, offset, 1);
		}
		cond_resched();
	}

	return nr;
}

/*
 * Remove poisoned pages from the lists. They then count as added pages, and
 * luo_memfd_pin.c flags poisoned pages among these.
 */
static int luo_memfd_remove_poison(struct luo_memfd *memfd)
{
	u64 indices[LUO_MEMFD_POISON_BATCH];
	int i, nr, err = 0;

	if (!memfd->has_object)
		return luo_memfd_v0_out_poisoned(&memfd->v0) ? -EHWPOISON : 0;

	do {
		nr = luo_memfd_find_poison(memfd, indices, ARRAY_SIZE(indices));
		for (i = 0; i < nr && !err; i++)
			err = luo_memfd_punch_range(memfd, indices[i],
						    indices[i] + 1);
	} while (nr == ARRAY_SIZE(indices) && !err);

	return nr < 0 ? nr : err;
}

/*
 * A page that the hardware has reported as damaged must not be handed over as good.
 * Check all pages, but only if a page was reported since the last check.
 */
static int luo_memfd_check_poison(struct luo_memfd *memfd)
{
	long poison = luo_run_poison_seen();
	int err;

	if (poison == memfd->poison)
		return 0;

	err = luo_memfd_remove_poison(memfd);
	if (!err)
		memfd->poison = poison;

	return err;
}

/* Preserve the folios that were added since the file was preserved. */
static int luo_memfd_save_added(struct luo_memfd *memfd, struct file *file)
{
	struct luo_memfd_extents list = {};
	int err;

	err = luo_memfd_collect_added(file_inode(file), &list,
				      memfd->v1.flags);
	if (err)
		return err;

	err = luo_memfd_list_add(memfd, &list);
	if (err) {
		luo_memfd_collect_undo_added(file_inode(file), &list,
					     memfd->v1.flags);
		return err;
	}
	luo_memfd_list_seal(memfd);
	luo_memfd_extents_free(&list);

	return 0;
}

/* Keep the content: an error of the attributes must not refuse the kexec. */
static void luo_memfd_save_attrs(struct luo_memfd *memfd, struct file *file)
{
	int err = luo_memfd_attrs_out_update(&memfd->attrs, file);

	if (err)
		pr_warn("instance %llu keeps its content, but its mode, owner, times and extended attributes are those at the time it was preserved: error %d\n",
			memfd->id.instance, err);
}

static int luo_memfd_save_changes(struct luo_memfd *memfd, struct file *file)
{
	int err;

	/* Everything except for the size may have changed since preserve. */
	err = luo_memfd_describe_file(file, &memfd->v1);
	if (!err)
		luo_memfd_save_attrs(memfd, file);
	if (!err)
		err = luo_memfd_check_poison(memfd);
	if (!err)
		err = luo_memfd_save_added(memfd, file);
	if (!err)
		err = luo_memfd_tags_check(file_inode(file));
	if (err == -EHWPOISON)
		pr_err("instance %llu has a poisoned page that cannot be handed over: punch a hole there, or do not preserve the file\n",
		       memfd->id.instance);
	if (err)
		return err;

	if (memfd->v0.ser)
		luo_memfd_v0_out_update(&memfd->v0, &memfd->v1,
					!memfd->nr_poisoned);
	if (memfd->has_object)
		err = luo_memfd_update(memfd);

	return err;
}

/**
 * luo_memfd_out_freeze - Preserve the final state of a file.
 * @args: The arguments of the handler.
 *
 * Preserves the folios that were added since preserve. The cost grows with their number
 * and not with the size of the file. On processors with memory tags each page is checked
 * as well.
 *
 * Return: 0, or a negative errno with the file preserved as before the call.
 */
int luo_memfd_out_freeze(struct liveupdate_file_op_args *args)
{
	struct luo_memfd *memfd = args->private_data;
	struct inode *inode = file_inode(args->file);
	int err;

	mutex_lock(&memfd->lock);
	shmem_freeze_holes(inode);
	err = luo_memfd_save_changes(memfd, args->file);
	if (err)
		shmem_thaw_holes(inode);
	mutex_unlock(&memfd->lock);
	trace_luo_memfd_freeze(memfd->id.instance, memfd->stored,
			       memfd->v1.size, memfd->v1.nr_pages,
			       memfd->extents.count, err);

	return err;
}

/**
 * luo_memfd_out_unfreeze - Undo luo_memfd_out_freeze().
 * @args: The arguments of the handler.
 */
void luo_memfd_out_unfreeze(struct liveupdate_file_op_args *args)
{
	shmem_thaw_holes(file_inode(args->file));
}
