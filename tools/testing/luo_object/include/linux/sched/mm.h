/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SCHED_MM_H
#define _LUO_OBJECT_TEST_SCHED_MM_H

/* Reclaim is for lockdep. */
#define fs_reclaim_acquire(gfp)	do { } while (0)
#define fs_reclaim_release(gfp)	do { } while (0)

#endif /* _LUO_OBJECT_TEST_SCHED_MM_H */
