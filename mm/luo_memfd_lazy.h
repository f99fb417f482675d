/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_LAZY_H
#define _MM_LUO_MEMFD_LAZY_H

#include <linux/list.h>
#include <linux/luo_array.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "luo_memfd.h"
#include "luo_memfd_absent.h"

struct mem_cgroup;

/**
 * struct luo_memfd_background - The worker that inserts the pages of a file.
 * @is_on: There is one.
 * @index: All pages before this one were inserted, or are lost.
 * @memcg: The memory cgroup that is charged.
 * @list:  Entry in the list of all files that were retrieved without their pages.
 * @work:  The worker.
 */
struct luo_memfd_background {
	bool is_on;
	pgoff_t index;
	struct mem_cgroup *memcg;
	struct list_head list;
	struct work_struct work;
};

/**
 * struct luo_memfd_lazy - A file whose pages are retrieved on first access.
 * @shmem:      The functions that shmem calls.
 * @lock:       Held while pages are inserted, freed or preserved.
 * @inode:      The file.
 * @array:      Owns the extents of @absent, unless @copy does.
 * @copy:       Copy of the extents, if the array has those of several files.
 * @absent:     The pages that are not in the page cache yet.
 * @claimed:    Folios that were claimed and not inserted.
 * @preserved:  The absent pages are preserved again: pin each page that is inserted.
 * @batch:      Single pages of @claimed that are being inserted.
 * @background: The worker.
 */
struct luo_memfd_lazy {
	struct shmem_absent shmem;
	struct mutex lock;	/* see above */
	struct inode *inode;
	struct luo_array array;
	void *copy;
	struct luo_memfd_absent absent;
	struct list_head claimed;
	bool preserved;
	struct luo_memfd_batch batch;
	struct luo_memfd_background background;
};

struct luo_memfd_lazy *luo_memfd_lazy_of(struct inode *inode);
gfp_t luo_memfd_lazy_gfp(gfp_t gfp);
int luo_memfd_lazy_fill_ahead(struct luo_memfd_lazy *lazy, pgoff_t index, gfp_t gfp);
void luo_memfd_lazy_lost(struct luo_memfd_lazy *lazy, u64 index, u64 nr);
int luo_memfd_lazy_flush(struct luo_memfd_lazy *lazy, gfp_t gfp,
			 struct mm_struct *mm);

/* luo_memfd_background.c: inserting pages that no task accesses. */

void luo_memfd_background_init(struct luo_memfd_lazy *lazy, bool is_on);
void luo_memfd_background_start(struct luo_memfd_lazy *lazy);
void luo_memfd_background_stop(struct luo_memfd_lazy *lazy);

#endif /* _MM_LUO_MEMFD_LAZY_H */
