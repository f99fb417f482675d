/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _MM_LUO_MEMFD_OUT_H
#define _MM_LUO_MEMFD_OUT_H

#include <linux/luo_object.h>
#include <linux/luo_vec.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>

#include "luo_memfd.h"
#include "luo_memfd_attrs.h"

/* How many removed extents freeze replaces without looking at the others. */
#define LUO_MEMFD_REMOVED_MAX	4096

/**
 * struct luo_memfd - A file that is being preserved.
 * @keeper:     Is asked before a hole is punched.
 * @lock:       Held while a hole is punched, and while the file is frozen.
 * @file:       The file.
 * @poison:     What luo_memfd_poison_seen() was when the pages had been checked.
 * @nr_poisoned: How many pages of @extents are marked as poisoned.
 * @v1:         The file as version 1 describes it.
 * @extents:    What is in it, if version 1 is written; otherwise empty. An extent
 *              that was removed has no pages.
 * @nr_sorted:  Extents before this one are in ascending order of file index, the
 *              removed ones by where they were.
 * @removed:    Where extents were removed, NULL before the first.
 * @nr_removed: How many were removed. @removed has no more than
 *              %LUO_MEMFD_REMOVED_MAX of them.
 * @changed:    @extents is not what the next kernel would see.
 * @v0:         Version 0, if it is written.
 * @attrs:      Its attributes, if they are written.
 * @id:         The object that version 1 is, if it is written.
 * @has_object: Version 1 is written, or version 2 in its place.
 * @stored:     Which of them is stored, 0 if none is.
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
int luo_memfd_check_tags(struct file *file);
#else
static inline int luo_memfd_check_tags(struct file *file)
{
	return 0;
}
#endif

/* luo_memfd_punch.c: removing pages from a file that is preserved. */

extern const struct shmem_keeper_ops luo_memfd_punch_ops;

int luo_memfd_punch_range(struct luo_memfd *memfd, pgoff_t start, pgoff_t end);

/* luo_memfd_list.c: the lists of what is in the file. */

int luo_memfd_list_prepare(struct luo_memfd *memfd);
int luo_memfd_list_add(struct luo_memfd *memfd,
		       const struct luo_memfd_extents *list);
int luo_memfd_list_sort(struct luo_memfd *memfd);
u64 luo_memfd_list_first(const struct luo_memfd *memfd, u64 index);
int luo_memfd_list_cut(struct luo_memfd *memfd, u64 nr, u64 start, u64 end);
void luo_memfd_list_seal(struct luo_memfd *memfd);

#endif /* _MM_LUO_MEMFD_OUT_H */
