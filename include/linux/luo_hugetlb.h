/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_HUGETLB_H
#define _LINUX_LUO_HUGETLB_H

#include <linux/atomic.h>
#include <linux/types.h>

struct hstate;
struct inode;

/**
 * struct luo_hugetlb_changes - The changes of a hugetlbfs file.
 * @running:    Number of changes that are being made, plus a large negative number if the
 *              file is frozen.
 * @generation: Number of changes that have ended.
 *
 * A change adds or removes pages, reservations or seals, or sets the size.
 */
struct luo_hugetlb_changes {
	atomic_t running;
	atomic_long_t generation;
};

#ifdef CONFIG_LUO_HUGETLB

/* luo_hugetlb_changes.c: changes of a file, called by hugetlbfs. */

void luo_hugetlb_changes_init(struct inode *inode);
int luo_hugetlb_change_begin(struct inode *inode);
int luo_hugetlb_change_try(struct inode *inode);
void luo_hugetlb_change_end(struct inode *inode);
int luo_hugetlb_changes_wait(struct inode *inode);

/* luo_hugetlb_pool.c: pages that join the pool later, called by mm/hugetlb.c. */

unsigned long luo_hugetlb_pool_boot(struct hstate *h);
unsigned long luo_hugetlb_pool_resize(struct hstate *h, unsigned long count,
				      int nid);
unsigned long luo_hugetlb_pool_awaited(struct hstate *h);

#else

static inline void luo_hugetlb_changes_init(struct inode *inode) { }

static inline int luo_hugetlb_change_begin(struct inode *inode)
{
	return 0;
}

static inline int luo_hugetlb_change_try(struct inode *inode)
{
	return 0;
}

static inline void luo_hugetlb_change_end(struct inode *inode) { }

static inline int luo_hugetlb_changes_wait(struct inode *inode)
{
	return 0;
}

static inline unsigned long luo_hugetlb_pool_boot(struct hstate *h)
{
	return 0;
}

static inline unsigned long luo_hugetlb_pool_resize(struct hstate *h,
						    unsigned long count, int nid)
{
	return 0;
}

static inline unsigned long luo_hugetlb_pool_awaited(struct hstate *h)
{
	return 0;
}

#endif /* CONFIG_LUO_HUGETLB */

#endif /* _LINUX_LUO_HUGETLB_H */
