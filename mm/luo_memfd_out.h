/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_OUT_H
#define _MM_LUO_MEMFD_OUT_H

#include <linux/luo_object.h>
#include <linux/luo_vec.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>

#include "luo_memfd.h"
#include "luo_memfd_attrs.h"

/* The largest number of removed extents that freeze replaces without a full scan. */
#define LUO_MEMFD_REMOVED_MAX	4096

/**
 * struct luo_memfd - A preserved file.
 * @keeper:     Shmem calls it before it punches a hole.
 * @lock:       Held while a hole is punched, and while the file is being frozen.
 * @file:       The file.
 * @poison:     The value of luo_run_poison_seen() before the last check of all pages.
 * @nr_poisoned: Number of pages of @extents that are flagged as poisoned.
 * @v1:         The data of version 1.
 * @extents:    The extents, if version 1 is written; otherwise empty. A removed extent
 *              has no pages.
 * @nr_sorted:  Extents before this one are in ascending order of file index. Removed
 *              extents among them keep their index.
 * @removed:    Numbers of removed extents. NULL if none was removed yet.
 * @nr_removed: How many extents were removed. @removed has at most
 *              %LUO_MEMFD_REMOVED_MAX of them.
 * @changed:    @extents differs from the data that the next kernel would read.
 * @v0:         Version 0, if it is written.
 * @attrs:      Its attributes, if they are written.
 * @id:         The object of version 1, if it is written.
 * @has_object: Version 1 is written, or version 2 in its place.
 * @stored:     The version that is stored as an object; 0 if there is no object.
 */
struct luo_memfd {
	struct shmem_keeper keeper;
	struct mutex lock;	/* see above */
	struct file *file;
	long poison;
	u64 nr_poisoned;
	struct luo_memfd_ser_v1 v1;
	struct luo_vec extents;
	u64 nr_sorted;
	u64 *removed;
	u64 nr_removed;
	bool changed;
	struct luo_memfd_v0 v0;
	struct luo_memfd_attrs attrs;
	struct luo_object_id id;
	bool has_object;
	u32 stored;
};

/* luo_memfd_tags.c: memory tags, which only arm64 has. */

#ifdef CONFIG_ARM64_MTE
int luo_memfd_tags_check(struct inode *inode);
#else
static inline int luo_memfd_tags_check(struct inode *inode)
{
	return 0;
}
#endif

/* luo_memfd_punch.c: removing pages from a preserved file. */

extern const struct shmem_keeper_ops luo_memfd_punch_ops;

int luo_memfd_punch_range(struct luo_memfd *memfd, pgoff_t start, pgoff_t end);

/* luo_memfd_list.c: the lists of extents and folios. */

int luo_memfd_list_prepare(struct luo_memfd *memfd);
int luo_memfd_list_add(struct luo_memfd *memfd,
		       const struct luo_memfd_extents *list);
int luo_memfd_list_sort(struct luo_memfd *memfd);
u64 luo_memfd_list_first(const struct luo_memfd *memfd, u64 index);
int luo_memfd_list_punch(struct luo_memfd *memfd, u64 nr, u64 start, u64 end);
void luo_memfd_list_seal(struct luo_memfd *memfd);

#endif /* _MM_LUO_MEMFD_OUT_H */
