/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_VMALLOC_H
#define _LUO_OBJECT_TEST_VMALLOC_H

#include <linux/slab.h>
#include <linux/types.h>

static inline void *vmalloc(size_t size)
{
	return luo_loopback_fails() ? NULL : malloc(size);
}

#define VM_MAP		0
#define PAGE_KERNEL	0

void *vmap(struct page **pages, unsigned int nr_pages, unsigned long flags,
	   int prot);
void vunmap(const void *mapping);

#endif /* _LUO_OBJECT_TEST_VMALLOC_H */
