/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_VMALLOC_H
#define _LUO_OBJECT_TEST_VMALLOC_H

#include <linux/slab.h>
#include <linux/types.h>

#define vmalloc(size)	kvmalloc(size, GFP_KERNEL)

#define VM_MAP		0
#define PAGE_KERNEL	0

void *vmap(struct page **pages, unsigned int nr_pages, unsigned long flags,
	   int prot);
void vunmap(const void *mapping);

#endif /* _LUO_OBJECT_TEST_VMALLOC_H */
