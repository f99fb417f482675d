// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A memfd from what was handed over
 *
 * Makes a file and puts the preserved pages into it, or frees them. Every page is
 * then either in the file or free, but for one case: where something is not what
 * the list of pages says, nothing more is taken over, as it may be somebody's.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <uapi/linux/memfd.h>

#include "internal.h"
#include "luo_memfd.h"

/**
 * struct luo_memfd_taking - Taking over what was handed over.
 * @batch:    Where it goes, NULL where it is freed.
 * @restored: One of the pages that are restored and not counted yet.
 * @zone_id:  The zone that all of those are in.
 * @nr:       How many those are.
 * @damaged:  Something is not where it should be, so that what else is listed may
 *            belong to somebody else.
 */
struct luo_memfd_taking {
	struct luo_memfd_batch *batch;
	struct page *restored;
	int zone_id;
	unsigned long nr;
	bool damaged;
};

static void luo_memfd_flush_restored(struct luo_memfd_taking *taking)
{
	if (taking->nr)
		adjust_managed_page_count(taking->restored, taking->nr);
	taking->nr = 0;
}

/* Counting is too slow to be done for each key. */
static void luo_memfd_count_restored(struct luo_memfd_taking *taking,
				     struct page *page, unsigned long nr)
{
	int zone_id = page_zone_id(page);

	if (zone_id != taking->zone_id) {
		luo_memfd_flush_restored(taking);
		taking->zone_id = zone_id;
	}
	taking->restored = page;
	taking->nr += nr;
}

/* Single pages: @nr keys side by side, which is set to how many there are. */
static int luo_memfd_take_pages(struct luo_memfd_taking *taking,
				const struct luo_memfd_extent_ser *extent,
				u32 offset, unsigned int order, u32 *nr)
{
	u64 pfn = extent->pfn + offset;
	unsigned long nr_pages;
	struct page *page;
	pgoff_t index;

	*nr = kho_restore_run(PFN_PHYS(pfn), order, *nr);
	if (!*nr)
		return -EBADMSG;

	page = pfn_to_page(pfn);
	nr_pages = (unsigned long)*nr << order;
	luo_memfd_count_restored(taking, page, nr_pages);
	if (!taking->batch) {
		while (nr_pages--)
			put_page(page++);
		return 0;
	}

	index = extent->index +
		luo_memfd_extent_mirror(extent, offset, nr_pages);

	return extent->flags & LUO_MEMFD_DESCENDING ?
	       luo_memfd_insert_pages(taking->batch, page + nr_pages - 1, -1,
				      nr_pages, index) :
	       luo_memfd_insert_pages(taking->batch, page, 1, nr_pages, index);
}

static int luo_memfd_take_folio(struct luo_memfd_taking *taking,
				const struct luo_memfd_extent_ser *extent,
				u32 offset)
{
	phys_addr_t phys = PFN_PHYS(extent->pfn + offset);
	struct folio *folio;

	if (kho_preserved_order(phys) != extent->order)
		return -EBADMSG;

	folio = kho_restore_folio(phys);
	if (!folio)
		return -EBADMSG;

	if (!taking->batch) {
		folio_put(folio);
		return 0;
	}

	return luo_memfd_insert_folio(taking->batch->inode, folio,
				      extent->index +
				      luo_memfd_extent_mirror(extent, offset,
							      folio_nr_pages(folio)));
}

/* The rest is freed after an error, unless what lists it is damaged. */
static int luo_memfd_take_extent(struct luo_memfd_taking *taking,
				 const struct luo_memfd_extent_ser *extent,
				 u32 offset, u32 end, u32 flags)
{
	bool folios = !(flags & LUO_MEMFD_RANGE_KEYS);
	unsigned int order;
	int err = 0, ret;
	u32 nr;

	while (offset < end && !taking->damaged) {
		order = luo_memfd_extent_key(extent, offset, flags);
		nr = 1;
		if (extent->order) {
			ret = luo_memfd_take_folio(taking, extent, offset);
		} else {
			/* The keys of folios are all the same. */
			if (folios)
				nr = end - offset;
			ret = luo_memfd_take_pages(taking, extent, offset,
						   order, &nr);
		}
		if (ret && taking->batch) {
			pr_err("page %llu of the file in page frame %llu, order %u: %pe\n",
			       extent->index +
			       luo_memfd_extent_mirror(extent, offset,
						       1U << order),
			       extent->pfn + offset, order, ERR_PTR(ret));
			taking->batch = NULL;
			err = ret;
		}
		taking->damaged = ret == -EBADMSG;
		offset += max(nr, 1) << order;
	}

	return err;
}

/**
 * luo_memfd_take_part - Take over a part of a file.
 * @inode:   Where it goes, NULL where it is freed.
 * @memfd:   The file that was handed over.
 * @extents: What is in it.
 * @part:    Which part. It ends where its pages, or the extents, do.
 *
 * Context: Process context, may sleep. Others may have other parts meanwhile.
 * Return: 0; a negative errno, and then what is not in the file is free; -EBADMSG
 * if something is missing, and then what is behind it is left alone.
 */
int luo_memfd_take_part(struct inode *inode,
			const struct luo_memfd_ser_v1 *memfd,
			const struct luo_memfd_extent_ser *extents,
			const struct luo_memfd_part *part)
{
	struct luo_memfd_batch *batch __free(kfree) = NULL;
	struct luo_memfd_taking taking = {};
	u64 i, left = part->nr_pages;
	u32 offset = part->offset;
	int err = 0, ret;

	if (inode) {
		batch = kzalloc_obj(*batch);
		if (!batch)
			err = -ENOMEM;
		else
			batch->inode = inode;
		taking.batch = batch;
	}

	for (i = part->first; left && i < memfd->nr_extents && !taking.damaged;
	     i++) {
		u32 end = min(left + offset, extents[i].nr_pages);

		ret = luo_memfd_take_extent(&taking, &extents[i], offset, end,
					    memfd->flags);
		err = err ?: ret;
		left -= end - offset;
		offset = 0;
		if (!(i % LUO_MEMFD_BATCH))
			cond_resched();
	}
	luo_memfd_flush_restored(&taking);
	/* What was inserted before an error goes with the file. */
	ret = batch ? luo_memfd_flush(batch) : 0;

	return err ?: ret;
}

/**
 * luo_memfd_take_all - Take over all of a file.
 * @inode:   Where it goes, NULL where it is freed.
 * @memfd:   The file that was handed over.
 * @extents: What is in it.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_take_part().
 */
int luo_memfd_take_all(struct inode *inode,
		       const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents)
{
	const struct luo_memfd_part all = { .nr_pages = memfd->nr_pages };

	return luo_memfd_take_part(inode, memfd, extents, &all);
}

static int luo_memfd_make_file(const struct luo_memfd_ser_v1 *memfd,
			       struct file **filep)
{
	struct file *file;
	int err;

	if (memfd->size > MAX_LFS_FILESIZE || memfd->pos > MAX_LFS_FILESIZE) {
		pr_err("size %llu or position %llu is more than a file can have\n",
		       memfd->size, memfd->pos);
		return -EBADMSG;
	}

	if (memfd->seals & ~MEMFD_LUO_ALL_SEALS) {
		pr_err("found seals %#x, understood are %#x\n", memfd->seals,
		       MEMFD_LUO_ALL_SEALS);
		return -EOPNOTSUPP;
	}

	file = memfd_alloc_file("", MFD_ALLOW_SEALING);
	if (IS_ERR(file))
		return PTR_ERR(file);

	/* Before the seals: F_SEAL_EXEC seals an executable file altogether. */
	if (memfd->flags & LUO_MEMFD_NOEXEC)
		file_inode(file)->i_mode &= ~0111;
	err = memfd_add_seals(file, memfd->seals);
	if (err) {
		fput(file);
		return err;
	}

	vfs_setpos(file, memfd->pos, MAX_LFS_FILESIZE);
	i_size_write(file_inode(file), memfd->size);
	*filep = file;

	return 0;
}

/**
 * luo_memfd_retrieve - Make a file of what was handed over.
 * @memfd:   The file.
 * @extents: What is in it.
 * @sealed:  The extents are what was saved, as a CRC says, so that several may
 *           begin with them in several places.
 * @filep:   Set to the file on success.
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno, in which case all pages are freed; -EBADMSG if
 * something is not there, and then what follows it is not touched.
 */
int luo_memfd_retrieve(const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents, bool sealed,
		       struct file **filep)
{
	struct file *file;
	int err;

	err = luo_memfd_make_file(memfd, &file);
	if (err) {
		luo_memfd_discard(memfd, extents);
		return err;
	}

	err = sealed ? luo_memfd_take_together(file_inode(file), memfd,
					       extents) :
		       luo_memfd_take_all(file_inode(file), memfd, extents);
	if (err) {
		fput(file);
		return err;
	}
	*filep = file;

	return 0;
}

/**
 * luo_memfd_discard - Free the pages that were handed over.
 * @memfd:   The file.
 * @extents: What was in it.
 *
 * Context: Process context, may sleep.
 */
void luo_memfd_discard(const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents)
{
	luo_memfd_take_all(NULL, memfd, extents);
}
