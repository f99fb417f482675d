// SPDX-License-Identifier: GPL-2.0
/* The structures of memfds. */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho/abi/luo_memfd.h>
#include <linux/kho/abi/luo_memfd_attrs.h>
#include <linux/kho/abi/memfd.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_corrupt.h"

static int luo_corrupt_v0(struct luo_corrupt_spot *spot, unsigned int nr)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_MEMFD_KIND) ||
	    !PAGE_ALIGNED(spot->record->instance))
		return -ENOENT;

	spot->mem = phys_to_virt(spot->record->instance);

	return 0;
}

/* The attributes of a memfd, which are another object of the same instance. */
static int luo_corrupt_attrs(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_object_table *table;

	if (!spot->record || strcmp(spot->table->kind, LUO_MEMFD_KIND))
		return -ENOENT;

	table = luo_object_table_find(&luo_objects_out.tables,
				      LUO_MEMFD_ATTRS_KIND);
	spot->record = table ?
		       luo_object_table_any(table, spot->record->instance) :
		       NULL;

	return luo_corrupt_data(spot, nr);
}

/* The first chunk of the list of folios. */
static int luo_corrupt_chunk(struct luo_corrupt_spot *spot, unsigned int nr)
{
	int err;

	err = luo_corrupt_v0(spot, 0);
	if (err)
		return err;

	spot->mem = phys_to_virt(((struct memfd_luo_ser *)spot->mem)->folios.first.phys);

	return 0;
}

/* In the first page of the list of folios. */
static int luo_corrupt_folio(struct luo_corrupt_spot *spot, unsigned int nr)
{
	int err;

	err = luo_corrupt_chunk(spot, 0);
	if (err)
		return err;

	spot->mem = phys_to_virt(((struct kho_vmalloc_chunk *)spot->mem)->phys[0]);
	spot->mem += nr * sizeof(struct memfd_luo_folio_ser);

	return 0;
}

/* The first page of an extent. */
static int luo_corrupt_extent_page(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct luo_memfd_extent_ser *extent;
	u64 pfn;
	int err;

	err = luo_corrupt_extent(spot, nr);
	if (err)
		return err;

	extent = spot->mem;
	pfn = extent->pfn;
	if (extent->flags & LUO_MEMFD_DESCENDING)
		pfn += extent->nr_pages - 1;
	spot->mem = phys_to_virt(PFN_PHYS(pfn));

	return 0;
}

static const struct luo_corrupt_place luo_corrupt_memfd_places[] = {
	{ "v0", luo_corrupt_v0 },
	{ "chunk", luo_corrupt_chunk },
	{ "folio", luo_corrupt_folio },
	{ "v1", luo_corrupt_data },
	{ "attrs", luo_corrupt_attrs },
	{ "extent", luo_corrupt_extent },
	{ "page", luo_corrupt_extent_page },
};

static const struct luo_corrupt_field luo_corrupt_memfd_fields[] = {
	FIELD(v1, luo_memfd_ser_v1, pos),
	FIELD(v1, luo_memfd_ser_v1, size),
	FIELD(v1, luo_memfd_ser_v1, nr_pages),
	FIELD(v1, luo_memfd_ser_v1, nr_extents),
	FIELD(v1, luo_memfd_ser_v1, extents),
	FIELD(v1, luo_memfd_ser_v1, seals),
	FIELD(v1, luo_memfd_ser_v1, flags),
	FIELD(attrs, luo_memfd_attrs_ser_v1, atime),
	FIELD(attrs, luo_memfd_attrs_ser_v1, ctime_nsec),
	FIELD(attrs, luo_memfd_attrs_ser_v1, xattrs),
	FIELD(attrs, luo_memfd_attrs_ser_v1, nr_xattrs),
	FIELD(attrs, luo_memfd_attrs_ser_v1, mode),
	FIELD(attrs, luo_memfd_attrs_ser_v1, uid),
	FIELD(attrs, luo_memfd_attrs_ser_v1, gid),
	FIELD(attrs, luo_memfd_attrs_ser_v1, flags),
	FIELD(extent, luo_memfd_extent_ser, index),
	FIELD_AS(extent, luo_memfd_extent_ser, pfn, PFN),
	FIELD(extent, luo_memfd_extent_ser, nr_pages),
	FIELD(extent, luo_memfd_extent_ser, order),
	FIELD(extent, luo_memfd_extent_ser, flags),
	FIELD(v0, memfd_luo_ser, pos),
	FIELD(v0, memfd_luo_ser, size),
	FIELD(v0, memfd_luo_ser, seals),
	FIELD(v0, memfd_luo_ser, nr_folios),
	FIELD(v0, memfd_luo_ser, folios.first.phys),
	FIELD(v0, memfd_luo_ser, folios.total_pages),
	FIELD(v0, memfd_luo_ser, folios.order),
	FIELD(chunk, kho_vmalloc_chunk, hdr.next.phys),
	FIELD(chunk, kho_vmalloc_chunk, phys[0]),
	FIELD(chunk, kho_vmalloc_chunk, phys[1]),
	ELEMENT(folio, "pfn", 0, PFN_LOW),
	FIELD(folio, memfd_luo_folio_ser, index),
};

const struct luo_corrupt_part luo_corrupt_memfd_part =
	LUO_CORRUPT_PART(luo_corrupt_memfd_places, luo_corrupt_memfd_fields);
