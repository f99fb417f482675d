/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SCHED_H
#define _LUO_OBJECT_TEST_SCHED_H

#define cond_resched()	do { } while (0)

#endif /* _LUO_OBJECT_TEST_SCHED_H */
