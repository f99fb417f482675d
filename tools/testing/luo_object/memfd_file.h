/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memfd_file - a file that maps indexes to page frames, in place of mm/luo_memfd_insert.c
 * and mm/luo_memfd_threads.c.
 */
#ifndef _LUO_OBJECT_TEST_MEMFD_FILE_H
#define _LUO_OBJECT_TEST_MEMFD_FILE_H

#include <linux/kho/abi/luo_memfd_attrs.h>
#include <linux/types.h>

struct memfd_page {
	u64 index;
	u64 pfn;
	unsigned int order;
	bool poisoned;
};

struct inode {
	struct memfd_page *pages;
	unsigned long nr;
	u16 i_mode;
};

struct file {
	struct inode inode;
	u64 size;
	u64 pos;
	u32 seals;
	u32 flags;
	char name[LUO_MEMFD_ATTRS_NAME_LEN];
	bool has_attrs;
	struct luo_memfd_attrs_ser_v1 attrs;
	unsigned int nr_xattrs;
};

/* Number of poisoned pages that were found, and are never freed. */
extern unsigned long memfd_file_retired;

/* Number of parts in which a file is retrieved, one after the other. */
extern unsigned int memfd_file_parts;

/* What luo_run_order_at() returns in the place of the simulated handover, if set. */
extern int (*memfd_order_at)(u64 pfn);

const struct memfd_page *memfd_file_page(const struct file *file, u64 index);

/* The linker replaces calls of luo_run_order_at() by calls of __wrap_luo_run_order_at(). */
int __real_luo_run_order_at(u64 pfn);
int __wrap_luo_run_order_at(u64 pfn);

#endif /* _LUO_OBJECT_TEST_MEMFD_FILE_H */
