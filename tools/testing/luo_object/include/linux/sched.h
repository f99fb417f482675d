/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SCHED_H
#define _LUO_OBJECT_TEST_SCHED_H

#define PF_MEMALLOC		0x00000800
#define PF_MEMALLOC_NOFS	0x00040000
#define PF_MEMALLOC_NOIO	0x00080000

/* The only task. */
struct task_struct {
	unsigned int flags;
};

extern struct task_struct *const current;

#define cond_resched()	do { } while (0)

#endif /* _LUO_OBJECT_TEST_SCHED_H */
