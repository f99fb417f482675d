// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A file for the memfd handler
 *
 * The functions of the page cache that retrieve calls. A file is a map from index to page
 * frame. It owns a reference to each of its pages, and fput() drops them. Each insertion may
 * be the allocation that fails.
 */

#include <stdlib.h>

#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kho/abi/memfd.h>
#include <linux/fcntl.h>
#include <linux/luo_run.h>
#include <linux/slab.h>

#include "../../../mm/luo_memfd.h"
#include "../../../mm/luo_memfd_attrs.h"
#include "memfd_file.h"

#define MEMFD_FILE_PARTS_MAX	16

unsigned int memfd_file_parts = 3;
unsigned long memfd_file_retired;

/* The indexes of the pages of the batch. There is only one batch at a time. */
static u64 memfd_file_index[LUO_MEMFD_BATCH];

struct inode *file_inode(const struct file *file)
{
	return (struct inode *)&file->inode;
}

static void memfd_file_put(u64 pfn, unsigned int order)
{
	const struct luo_run run = {
		.pfn = pfn,
		.nr_pages = 1U << order,
		.order = order,
	};

	luo_run_put(&run, 0, run.nr_pages);
}

void fput(struct file *file)
{
	unsigned long i;

	for (i = 0; i < file->inode.nr; i++) {
		if (!file->inode.pages[i].poisoned)
			memfd_file_put(file->inode.pages[i].pfn,
				       file->inode.pages[i].order);
	}
	free(file->inode.pages);
	free(file);
}

/**
 * memfd_file_page - Find the page of a file at an index.
 * @file:  The file.
 * @index: The index.
 *
 * Return: The page or folio that covers the index; NULL for a hole.
 */
const struct memfd_page *memfd_file_page(const struct file *file, u64 index)
{
	unsigned long i;

	for (i = 0; i < file->inode.nr; i++) {
		const struct memfd_page *page = &file->inode.pages[i];

		if (index - page->index < 1ULL << page->order)
			return page;
	}

	return NULL;
}

static bool memfd_file_overlaps(const struct inode *inode, u64 index,
				unsigned int order)
{
	unsigned long i;

	for (i = 0; i < inode->nr; i++) {
		const struct memfd_page *page = &inode->pages[i];

		if (index < page->index + (1ULL << page->order) &&
		    page->index < index + (1ULL << order))
			return true;
	}

	return false;
}

static int memfd_file_insert(struct inode *inode, const struct memfd_page *page)
{
	if (luo_loopback_fails())
		return -ENOMEM;
	if (memfd_file_overlaps(inode, page->index, page->order))
		return -EEXIST;

	inode->pages = realloc(inode->pages,
			       (inode->nr + 1) * sizeof(*inode->pages));
	inode->pages[inode->nr++] = *page;

	return 0;
}

int luo_memfd_insert_folio(struct inode *inode, u64 pfn, unsigned int order,
			   pgoff_t index)
{
	const struct memfd_page page = { index, pfn, order };
	int err = memfd_file_insert(inode, &page);

	if (err)
		memfd_file_put(pfn, order);

	return err;
}

void luo_memfd_insert_retire(u64 pfn)
{
	memfd_file_retired++;
}

int luo_memfd_insert_poison(struct inode *inode, u64 pfn, pgoff_t index)
{
	const struct memfd_page page = {
		.index = index,
		.pfn = pfn,
		.poisoned = true,
	};

	return memfd_file_insert(inode, &page);
}

int luo_memfd_insert_flush(struct luo_memfd_batch *batch)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < batch->nr; i++) {
		u64 pfn = (u64)batch->folios[i];

		if (err)
			memfd_file_put(pfn, 0);
		else
			err = luo_memfd_insert_folio(batch->inode, pfn, 0,
						     memfd_file_index[i]);
	}
	batch->nr = 0;

	return err;
}

int luo_memfd_insert_page(struct luo_memfd_batch *batch, u64 pfn, pgoff_t index)
{
	int err = 0;

	if (batch->nr == LUO_MEMFD_BATCH)
		err = luo_memfd_insert_flush(batch);
	if (err) {
		memfd_file_put(pfn, 0);
		return err;
	}
	memfd_file_index[batch->nr] = index;
	batch->folios[batch->nr++] = (struct folio *)pfn;

	return 0;
}

int luo_memfd_insert_pages(struct luo_memfd_batch *batch, u64 pfn,
			   unsigned long nr, bool down, pgoff_t index)
{
	unsigned long i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		u64 next = down ? pfn + nr - 1 - i : pfn + i;

		if (err)
			memfd_file_put(next, 0);
		else
			err = luo_memfd_insert_page(batch, next, index + i);
	}

	return err;
}

int luo_memfd_insert_create(const struct luo_memfd_ser_v1 *memfd,
			    const char *name, struct file **filep)
{
	struct file *file;

	if (memfd->size > MAX_LFS_FILESIZE || memfd->pos > MAX_LFS_FILESIZE)
		return -EBADMSG;
	if (memfd->seals & ~MEMFD_LUO_ALL_SEALS)
		return -EOPNOTSUPP;

	file = kzalloc_obj(*file);
	if (!file)
		return -ENOMEM;

	file->size = memfd->size;
	file->pos = memfd->pos;
	file->seals = memfd->seals;
	file->flags = memfd->flags;
	strscpy(file->name, name);
	*filep = file;

	return 0;
}

/* All pages are retrieved at once. */
bool luo_memfd_lazy_attach(struct inode *inode,
			   const struct luo_memfd_ser_v1 *memfd,
			   struct luo_array *array)
{
	return false;
}

bool luo_memfd_lazy_attach_copy(struct inode *inode,
				const struct luo_memfd_ser_v1 *memfd,
				const struct luo_memfd_extent_ser *extents)
{
	return false;
}

int luo_memfd_threads_retrieve(struct inode *inode,
			       const struct luo_memfd_ser_v1 *memfd,
			       const struct luo_memfd_extent_ser *extents)
{
	struct luo_memfd_part parts[MEMFD_FILE_PARTS_MAX] = {};
	unsigned int i, nr;
	int err = 0, ret;

	nr = luo_memfd_part_split(memfd, extents, parts, memfd_file_parts);
	for (i = 0; i < nr && err != -EBADMSG; i++) {
		ret = luo_memfd_retrieve_part(err ? NULL : inode, memfd,
					      extents, &parts[i]);
		err = err ?: ret;
	}

	return err;
}

struct file *luo_memfd_attrs_apply(struct file *file, u64 instance,
				   const struct luo_memfd_attrs_in *in)
{
	u64 at = 0;

	file->has_attrs = in->found;
	file->attrs = in->ser;
	while (luo_memfd_attrs_next(in->xattrs.data, in->ser.nr_xattrs, &at))
		file->nr_xattrs++;

	return file;
}
