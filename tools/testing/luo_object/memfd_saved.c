// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Files of the memfd handler as the previous kernel saves them
 *
 * The code of the handler that preserves files is not part of this program. This file
 * writes the published formats itself, because the previous kernel may be another one.
 */

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/io.h>
#include <linux/liveupdate.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../../../kernel/liveupdate/luo_array_internal.h"
#include "../../../kernel/liveupdate/luo_object_internal.h"
#include "../../../kernel/liveupdate/luo_object_session.h"
#include "../../../mm/luo_memfd_attrs.h"
#include "memfd_saved.h"

#define MEMFD_FOLIOS_PER_PAGE						\
	(PAGE_SIZE / sizeof(struct memfd_luo_folio_ser))

static u64 *memfd_page_mem(u64 pfn)
{
	return phys_to_virt(PFN_PHYS(pfn));
}

/* As luo_memfd.c, which is not part of this program. */
static void memfd_register(void)
{
	static bool registered;

	if (registered)
		return;
	registered = true;
	luo_memfd_attrs_kind->drop = luo_memfd_attrs_in_free_object;
	luo_memfd_attrs_kind->handlers = luo_memfd_handlers;
	luo_object_register_kind(luo_memfd_attrs_kind);
}

/**
 * memfd_begin - Begin a file.
 * @saved: The file.
 * @size:  Its size in pages.
 * @flags: LUO_MEMFD_*
 */
void memfd_begin(struct memfd_saved *saved, u64 size, u32 flags)
{
	memfd_register();
	*saved = (struct memfd_saved){
		.v1 = {
			.pos = 5,
			.size = size * PAGE_SIZE,
			.seals = F_SEAL_SHRINK,
			.flags = flags,
		},
	};
}

/* The arena allocates in ascending order, so that folios are contiguous. */
static u64 memfd_alloc(unsigned int order, unsigned int run_order)
{
	unsigned int nr = 1U << (run_order - order), i, j = 0;
	u64 folios[32];

	if (!order)
		return luo_loopback_run_alloc(run_order);

	for (i = 0; i - j < nr; i++) {
		folios[i] = luo_loopback_page_alloc(order);
		if (folios[i] != folios[j] + (i - j) * (PAGE_SIZE << order))
			j = i;
	}
	for (i = 0; i < j; i++)
		luo_handover_put(folios[i]);

	return folios[j];
}

/**
 * memfd_add - Add an extent to a file. The content of each page is its index.
 * @saved:     The file.
 * @index:     Its index.
 * @order:     The order of its folios.
 * @run_order: It has 2^@run_order pages.
 * @flags:     The flags of the extent.
 *
 * Return: The page frame.
 */
u64 memfd_add(struct memfd_saved *saved, u64 index, unsigned int order,
	      unsigned int run_order, u16 flags)
{
	struct luo_memfd_extent_ser *extent =
		&saved->extents[saved->v1.nr_extents++];
	struct luo_run run;
	u32 i;

	*extent = (struct luo_memfd_extent_ser){
		.index = index,
		.pfn = PHYS_PFN(memfd_alloc(order, run_order)),
		.nr_pages = 1U << run_order,
		.order = order,
		.flags = flags,
	};
	run = luo_memfd_extent_run(extent, saved->v1.flags);
	for (i = 0; i < run.nr_pages; i++)
		*memfd_page_mem(run.pfn + i) =
			index + luo_run_mirror(&run, ALIGN_DOWN(i, 1 << order),
					       1 << order) + i % (1 << order);
	luo_run_preserve(&run);
	saved->v1.nr_pages += run.nr_pages;

	return run.pfn;
}

static struct memfd_luo_folio_ser *
memfd_entry(struct memfd_saved *saved, unsigned int nr, unsigned int order)
{
	unsigned int per_run = MEMFD_FOLIOS_PER_PAGE << order;

	if (nr % per_run == 0) {
		saved->folios[nr / per_run] = luo_handover_alloc(order, __GFP_ZERO);
		saved->chunk->phys[nr / per_run] =
			virt_to_phys(saved->folios[nr / per_run]);
		saved->nr_lists++;
	}

	return &saved->folios[nr / per_run][nr % per_run];
}

/**
 * memfd_save_v0 - Write version 0 of a file.
 * @saved: The file, with folio keys.
 * @order: The pages of the list are in runs of 2^@order pages.
 */
void memfd_save_v0(struct memfd_saved *saved, unsigned int order)
{
	unsigned int i, j, nr = 0;

	saved->head = luo_handover_alloc(0, __GFP_ZERO);
	saved->chunk = luo_handover_alloc(0, __GFP_ZERO);
	for (i = 0; i < saved->v1.nr_extents; i++) {
		struct luo_run run = luo_memfd_extent_run(&saved->extents[i], 0);

		for (j = 0; j < run.nr_pages; j += 1U << run.order)
			*memfd_entry(saved, nr++, order) =
				(struct memfd_luo_folio_ser){
					.pfn = run.pfn +
					       luo_run_mirror(&run, j,
							      1U << run.order),
					.flags = MEMFD_LUO_FOLIO_DIRTY |
						 MEMFD_LUO_FOLIO_UPTODATE,
					.index = saved->extents[i].index + j,
				};
	}
	*saved->head = (struct memfd_luo_ser){
		.pos = saved->v1.pos,
		.size = saved->v1.size,
		.seals = saved->v1.seals,
		.nr_folios = nr,
		.folios = {
			.first.phys = virt_to_phys(saved->chunk),
			.total_pages = saved->nr_lists << order,
			.order = order,
		},
	};
	saved->data = virt_to_phys(saved->head);
}

/**
 * memfd_save_v1 - Write version 1 or 2 of a file.
 * @saved:   The file. Version 0 must have been written before, if it is.
 * @version: The version, 1 or 2.
 */
void memfd_save_v1(struct memfd_saved *saved, unsigned int version)
{
	static u64 last_instance;

	if (!saved->data)
		saved->data = 2 * ++last_instance - 1;
	if (saved->v1.nr_extents) {
		luo_array_alloc_raw(&saved->array, sizeof(saved->extents[0]),
				    saved->v1.nr_extents, GFP_KERNEL);
		memcpy(saved->array.data, saved->extents,
		       saved->v1.nr_extents * sizeof(saved->extents[0]));
		luo_array_seal(&saved->array);
		saved->v1.extents = saved->array.handle;
	}
	/* This kernel may read a version without writing it. */
	luo_object_out_store(&luo_loopback_out, &saved->v1, sizeof(saved->v1),
			     &(struct luo_object_id){ LUO_MEMFD_KIND,
						      saved->data },
			     version, 0, GFP_KERNEL);
}

/* A label, and an attribute with a value of 5 bytes. Each string is an element of 8 bytes. */
static const char memfd_xattrs[] =
	"\1\0\0\0\6\0\0\0" "\0label\0\0"
	"\7\0\0\0\5\0\0\0" "user.x\0v" "alue\0\0\0\0";

#define MEMFD_NR_XATTRS		(MEMFD_SAVED_XATTRS / sizeof(u64))

static_assert(sizeof(memfd_xattrs) == MEMFD_SAVED_XATTRS + 1);

/**
 * memfd_set_attrs - Set the attributes of a file, before they are changed or saved.
 * @saved: The file.
 */
void memfd_set_attrs(struct memfd_saved *saved)
{
	luo_array_alloc_raw(&saved->xattrs, sizeof(u64), MEMFD_NR_XATTRS,
			    GFP_KERNEL);
	memcpy(saved->xattrs.data, memfd_xattrs, MEMFD_NR_XATTRS * sizeof(u64));
	saved->attrs = (struct luo_memfd_attrs_ser_v1){
		.atime = 1,
		.mtime = -2,
		.xattrs = saved->xattrs.handle,
		.nr_xattrs = MEMFD_NR_XATTRS,
		.ctime_nsec = 999999999,
		.mode = 0640,
		.uid = 1000,
		.flags = LUO_MEMFD_ATTRS_READ,
		.name = "memfd:saved",
	};
}

/**
 * memfd_save_attrs - Write the attributes of a file.
 * @saved: The file. Everything else must have been written.
 */
void memfd_save_attrs(struct memfd_saved *saved)
{
	luo_array_seal(&saved->xattrs);
	luo_object_out_store(&luo_loopback_out, &saved->attrs,
			     sizeof(saved->attrs),
			     &(struct luo_object_id){ LUO_MEMFD_ATTRS_KIND,
						      saved->data },
			     1, LUO_OBJECT_RECORD_OPTIONAL, GFP_KERNEL);
}

/**
 * memfd_forget_objects - Forget the objects of the previous kernel.
 *
 * Objects that were not finished are lost with the heap of this kernel.
 */
void memfd_forget_objects(void)
{
	luo_loopback_forget_in(&luo_objects_in);
}

/**
 * memfd_kexec - Simulate a kexec, and continue as the next kernel.
 */
void memfd_kexec(void)
{
	memfd_forget_objects();
	luo_loopback_kexec();
}

/**
 * memfd_retrieve - Call the retrieve of the handler.
 * @saved: The file.
 * @file:  Set to it on success.
 *
 * Return: The result of the handler.
 */
int memfd_retrieve(const struct memfd_saved *saved, struct file **file)
{
	struct liveupdate_file_op_args args = { .serialized_data = saved->data };
	int err;

	err = saved->head ? luo_memfd_in_retrieve_stock(&args) :
			    luo_memfd_in_retrieve_own(&args);
	*file = args.file;

	return err;
}

/**
 * memfd_finish - Finish a file as LUO does.
 * @saved:  The file.
 * @status: 1 if the file was retrieved; 0 if not; the error if retrieve failed.
 */
void memfd_finish(const struct memfd_saved *saved, int status)
{
	struct liveupdate_file_op_args args = {
		.serialized_data = saved->data,
		.retrieve_status = status,
	};

	luo_object_session_finish(luo_memfd_handlers[!saved->head], saved->data);
	if (saved->head)
		luo_memfd_in_finish_stock(&args);
	else
		luo_memfd_in_finish_own(&args);
}

static bool memfd_page_holds(const struct file *file, u64 index)
{
	const struct memfd_page *page = memfd_file_page(file, index);

	return page && *memfd_page_mem(page->pfn + (index - page->index)) ==
		       index;
}

/**
 * memfd_holds - Check whether a file has exactly the pages that were saved.
 * @saved: The file that was saved.
 * @file:  The file.
 *
 * Return: true if so.
 */
bool memfd_holds(const struct memfd_saved *saved, const struct file *file)
{
	u64 nr_pages = 0;
	unsigned long i;
	u32 j;

	for (i = 0; i < file->inode.nr; i++)
		nr_pages += 1ULL << file->inode.pages[i].order;
	for (i = 0; i < saved->v1.nr_extents; i++) {
		for (j = 0; j < saved->extents[i].nr_pages; j++) {
			if (!memfd_page_holds(file, saved->extents[i].index + j))
				return false;
		}
	}

	return nr_pages == saved->v1.nr_pages && file->size == saved->v1.size &&
	       file->pos == saved->v1.pos && file->seals == saved->v1.seals;
}

/**
 * memfd_holds_attrs - Check whether a file has the attributes that were saved.
 * @saved: The file that was saved.
 * @file:  The file.
 *
 * Return: true if so.
 */
bool memfd_holds_attrs(const struct memfd_saved *saved, const struct file *file)
{
	return file->has_attrs && file->nr_xattrs == 2 &&
	       !memcmp(&file->attrs, &saved->attrs, sizeof(file->attrs)) &&
	       !strcmp(file->name, saved->attrs.name);
}
