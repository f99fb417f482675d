// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Writing version 0 of a memfd
 *
 * The format of the stock handler, &struct memfd_luo_ser: one entry per folio,
 * with its file index, in memory from vmalloc(). Written so that a kernel with
 * the stock handler can retrieve the file. A hole has no entry. The stock handler
 * writes none, but reads a list without them.
 */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/memfd.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "luo_memfd.h"

static void luo_memfd_v0_fill(struct memfd_luo_folio_ser *folio,
			      const struct luo_memfd_extents *list)
{
	u64 i;
	u32 j;

	for (i = 0; i < list->nr; i++) {
		const struct luo_memfd_extent_ser *extent = &list->extents[i];
		struct luo_run run = luo_memfd_extent_run(extent, 0);

		for (j = 0; j < run.nr_pages; j += 1U << run.order) {
			folio->pfn = run.pfn +
				     luo_run_mirror(&run, j, 1U << run.order);
			folio->flags = MEMFD_LUO_FOLIO_DIRTY |
				       MEMFD_LUO_FOLIO_UPTODATE;
			folio->index = extent->index + j;
			folio++;
		}
	}
}

/* A list of folios that is not yet, or no longer, that of a head. */
struct luo_memfd_v0_folios {
	struct memfd_luo_folio_ser *folios;
	struct kho_vmalloc vmalloc;
	u64 nr;
};

static int luo_memfd_v0_make_folios(struct luo_memfd_v0_folios *made,
				    const struct luo_memfd_extents *list)
{
	u64 i;
	int err;

	*made = (struct luo_memfd_v0_folios){};
	for (i = 0; i < list->nr; i++)
		made->nr += list->extents[i].nr_pages >> list->extents[i].order;
	if (!made->nr)
		return 0;

	made->folios = vcalloc(made->nr, sizeof(*made->folios));
	if (!made->folios)
		return -ENOMEM;

	luo_memfd_v0_fill(made->folios, list);
	err = kho_preserve_vmalloc(made->folios, &made->vmalloc);
	if (err)
		vfree(made->folios);

	return err;
}

static void luo_memfd_v0_free_folios(struct luo_memfd_v0 *v0)
{
	if (!v0->folios)
		return;

	kho_unpreserve_vmalloc(&v0->ser->folios);
	vfree(v0->folios);
}

static void luo_memfd_v0_set_folios(struct luo_memfd_v0 *v0,
				    const struct luo_memfd_v0_folios *made)
{
	v0->folios = made->folios;
	v0->ser->folios = made->vmalloc;
	v0->ser->nr_folios = made->nr;
}

/**
 * luo_memfd_v0_out_update - Write what is not in the list of folios.
 * @v0: What luo_memfd_v0_out_save() set up.
 * @v1: The file.
 */
void luo_memfd_v0_out_update(struct luo_memfd_v0 *v0,
			     const struct luo_memfd_ser_v1 *v1)
{
	v0->ser->pos = v1->pos;
	v0->ser->size = v1->size;
	v0->ser->seals = v1->seals;
}

/**
 * luo_memfd_v0_out_save - Write version 0 of a file.
 * @v0:   Set up by this call.
 * @v1:   The file.
 * @list: What is in it, preserved with folio keys.
 *
 * Return: 0; -ENOMEM or what KHO returns, with @v0 unchanged.
 */
int luo_memfd_v0_out_save(struct luo_memfd_v0 *v0,
			  const struct luo_memfd_ser_v1 *v1,
			  const struct luo_memfd_extents *list)
{
	struct luo_memfd_v0_folios made;
	struct memfd_luo_ser *ser;
	int err;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser))
		return PTR_ERR(ser);

	err = luo_memfd_v0_make_folios(&made, list);
	if (err) {
		kho_unpreserve_free(ser);
		return err;
	}

	v0->ser = ser;
	luo_memfd_v0_out_update(v0, v1);
	luo_memfd_v0_set_folios(v0, &made);

	return 0;
}

/**
 * luo_memfd_v0_out_resave - Write the list of folios anew.
 * @v0:   What luo_memfd_v0_out_save() set up.
 * @list: What is in the file now.
 *
 * Return: 0; -ENOMEM or what KHO returns, with @v0 unchanged.
 */
int luo_memfd_v0_out_resave(struct luo_memfd_v0 *v0,
			    const struct luo_memfd_extents *list)
{
	struct luo_memfd_v0_folios made;
	int err;

	err = luo_memfd_v0_make_folios(&made, list);
	if (err)
		return err;

	luo_memfd_v0_free_folios(v0);
	luo_memfd_v0_set_folios(v0, &made);

	return 0;
}

/**
 * luo_memfd_v0_out_abort - Undo luo_memfd_v0_out_save().
 * @v0: What it set up, or all zero.
 */
void luo_memfd_v0_out_abort(struct luo_memfd_v0 *v0)
{
	if (!v0->ser)
		return;

	luo_memfd_v0_free_folios(v0);
	kho_unpreserve_free(v0->ser);
	*v0 = (struct luo_memfd_v0){};
}
