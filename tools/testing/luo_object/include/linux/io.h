/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_IO_H
#define _LUO_OBJECT_TEST_IO_H

#include <linux/types.h>

/* arena.c has the memory of the machine. */
void *phys_to_virt(u64 address);
u64 virt_to_phys(const void *mem);

#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* _LUO_OBJECT_TEST_IO_H */
