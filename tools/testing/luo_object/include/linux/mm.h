/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MM_H
#define _LUO_OBJECT_TEST_MM_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/gfp_types.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/sched.h>

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1UL << PAGE_SHIFT)
#define offset_in_page(p)	((unsigned long)(p) & (PAGE_SIZE - 1))
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGNED(address)	IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define MAX_PAGE_ORDER		10

unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long address, unsigned int order);
unsigned int get_order(unsigned long size);
struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(const struct page *page);
void split_page(struct page *first, unsigned int order);
bool virt_addr_valid(const void *mem);
bool pfn_valid(unsigned long pfn);

#endif /* _LUO_OBJECT_TEST_MM_H */
