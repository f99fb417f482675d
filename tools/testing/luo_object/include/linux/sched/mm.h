/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SCHED_MM_H
#define _LUO_OBJECT_TEST_SCHED_MM_H

#include <linux/sched.h>

/* A program has no reclaim, which the kernel tracks for lockdep. */
#define fs_reclaim_acquire(gfp)	do { } while (0)
#define fs_reclaim_release(gfp)	do { } while (0)

static inline unsigned int memalloc_flags_save(unsigned int flags)
{
	unsigned int added = ~current->flags & flags;

	current->flags |= flags;

	return added;
}

static inline void memalloc_flags_restore(unsigned int flags)
{
	current->flags &= ~flags;
}

#endif /* _LUO_OBJECT_TEST_SCHED_MM_H */
