// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A memfd from what was handed over
 *
 * Makes a file and puts the preserved pages into it, or frees them. Whatever
 * happens, every page that can be restored is restored, and is then either in
 * the file or free.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/errno.h>
#include <linux/file.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/shmem_fs.h>
#include <uapi/linux/memfd.h>

#include "internal.h"
#include "luo_memfd.h"

/* Consumes the caller's reference. */
static int luo_memfd_insert(struct inode *inode, struct folio *folio,
			    pgoff_t index)
{
	struct address_space *mapping = inode->i_mapping;
	gfp_t gfp = mapping_gfp_mask(mapping);
	int err;

	page_rmappable_folio(&folio->page);
	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);

	err = mem_cgroup_charge(folio, NULL, gfp);
	if (err)
		goto out_unlock;

	err = shmem_add_to_page_cache(folio, mapping, index, NULL, gfp);
	if (err)
		goto out_unlock;

	folio_mark_uptodate(folio);
	folio_mark_dirty(folio);
	err = shmem_inode_acct_blocks(inode, folio_nr_pages(folio));
	if (err) {
		filemap_remove_folio(folio);
		goto out_unlock;
	}
	shmem_recalc_inode(inode, folio_nr_pages(folio), 0);
	folio_add_lru(folio);

out_unlock:
	folio_unlock(folio);
	folio_put(folio);

	return err;
}

/* Takes over the pages of one key, and frees them where @inode is NULL. */
static int luo_memfd_take_key(struct inode *inode, u64 pfn, pgoff_t index,
			      unsigned int order, bool range)
{
	unsigned long i, nr_pages = 1UL << order;
	struct folio *folio;
	struct page *page;
	int err = 0, ret;

	if (kho_preserved_order(PFN_PHYS(pfn)) != order)
		return -EBADMSG;

	if (!range) {
		folio = kho_restore_folio(PFN_PHYS(pfn));
		if (!folio)
			return -EBADMSG;
		if (inode)
			return luo_memfd_insert(inode, folio, index);
		folio_put(folio);
		return 0;
	}

	page = kho_restore_pages(PFN_PHYS(pfn), nr_pages);
	if (!page)
		return -EBADMSG;
	for (i = 0; i < nr_pages; i++) {
		if (inode && !err) {
			ret = luo_memfd_insert(inode, page_folio(page + i),
					       index + i);
			err = err ?: ret;
		} else {
			put_page(page + i);
		}
	}

	return err;
}

/* After the first error the rest is freed. */
static int luo_memfd_take(struct inode *inode,
			  const struct luo_memfd_ser_v1 *memfd,
			  const struct luo_memfd_extent_ser *extents)
{
	const struct luo_memfd_extent_ser *extent;
	int err = 0, ret;
	unsigned int order;
	u32 done;
	u64 i;

	for (i = 0; i < memfd->nr_extents; i++) {
		extent = &extents[i];
		luo_memfd_for_each_key(extent, memfd->flags, done, order) {
			ret = luo_memfd_take_key(err ? NULL : inode,
						 extent->pfn + done,
						 extent->index + done, order,
						 !extent->order && memfd->flags &
						 LUO_MEMFD_RANGE_KEYS);
			if (ret && !err && inode)
				pr_err("page %llu of the file in page frame %llu, order %u: %pe\n",
				       extent->index + done,
				       extent->pfn + done, order, ERR_PTR(ret));
			err = err ?: ret;
		}
		cond_resched();
	}

	return err;
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
 * @filep:   Set to the file on success.
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno, in which case all pages are freed.
 */
int luo_memfd_retrieve(const struct luo_memfd_ser_v1 *memfd,
		       const struct luo_memfd_extent_ser *extents,
		       struct file **filep)
{
	struct file *file;
	int err;

	err = luo_memfd_make_file(memfd, &file);
	if (err) {
		luo_memfd_discard(memfd, extents);
		return err;
	}

	err = luo_memfd_take(file_inode(file), memfd, extents);
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
	luo_memfd_take(NULL, memfd, extents);
}
