/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memfd_saved - save files in version 0 and in version 1 as the previous kernel does,
 * simulate a kexec, and retrieve the files.
 */
#ifndef _LUO_OBJECT_TEST_MEMFD_SAVED_H
#define _LUO_OBJECT_TEST_MEMFD_SAVED_H

#include <linux/kho/abi/memfd.h>
#include <linux/types.h>

#include "../../../lib/tests/luo_loopback.h"
#include "../../../mm/luo_memfd.h"
#include "memfd_file.h"

#define MEMFD_EXTENTS_MAX	64
#define MEMFD_LIST_MAX		8

/* Size in bytes of the extended attributes that memfd_set_attrs() sets. */
#define MEMFD_SAVED_XATTRS	40

/**
 * struct memfd_saved - A file that is saved.
 * @data:     The data word of the file.
 * @v1:       The file.
 * @extents:  Its extents.
 * @array:    The array of version 1.
 * @attrs:    Its attributes, if they were saved.
 * @xattrs:   The extended attributes.
 * @head:     The head of version 0; NULL if version 0 is not written.
 * @chunk:    The chunk of version 0.
 * @folios:   The pages of its list.
 * @nr_lists: Number of these pages.
 */
struct memfd_saved {
	u64 data;
	struct luo_memfd_ser_v1 v1;
	struct luo_memfd_extent_ser extents[MEMFD_EXTENTS_MAX];
	struct luo_array array;
	struct luo_memfd_attrs_ser_v1 attrs;
	struct luo_array xattrs;
	struct memfd_luo_ser *head;
	struct kho_vmalloc_chunk *chunk;
	struct memfd_luo_folio_ser *folios[MEMFD_LIST_MAX];
	unsigned int nr_lists;
};

void memfd_begin(struct memfd_saved *saved, u64 size, u32 flags);
u64 memfd_add(struct memfd_saved *saved, u64 index, unsigned int order,
	      unsigned int run_order, u16 flags);
void memfd_save_v0(struct memfd_saved *saved, unsigned int order);
void memfd_save_v1(struct memfd_saved *saved, unsigned int version);
void memfd_set_attrs(struct memfd_saved *saved);
void memfd_save_attrs(struct memfd_saved *saved);
void memfd_forget_objects(void);
void memfd_kexec(void);

int memfd_retrieve(const struct memfd_saved *saved, struct file **file);
void memfd_finish(const struct memfd_saved *saved, int status);
bool memfd_holds(const struct memfd_saved *saved, const struct file *file);
bool memfd_holds_attrs(const struct memfd_saved *saved,
		       const struct file *file);

#endif /* _LUO_OBJECT_TEST_MEMFD_SAVED_H */
