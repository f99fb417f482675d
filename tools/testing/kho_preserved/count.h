/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that kho_preserved.c and kho_radix_walk.c need and tools/include does not
 * have. Count each step from one node to another.
 */
#ifndef KHO_PRESERVED_COUNT_H
#define KHO_PRESERVED_COUNT_H

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/overflow.h>

extern unsigned long nr_steps;

static inline void *counted_phys_to_virt(phys_addr_t phys)
{
	nr_steps++;

	return phys_to_virt(phys);
}

#undef phys_to_virt
#define phys_to_virt counted_phys_to_virt

/* A program with one thread needs no mutex. */
#define mutex_lock(lock)	((void)(lock))
#define mutex_unlock(lock)	((void)(lock))

#define __init
#define core_initcall(function) \
	static __maybe_unused int (*initcall)(void) = function
#define PAGE_ALIGNED(addr)	IS_ALIGNED(addr, PAGE_SIZE)

#endif
