// SPDX-License-Identifier: GPL-2.0
/* The structures of hugetlb files, and of the pool. */

#include <linux/errno.h>
#include <linux/kho/abi/luo_hugetlb.h>
#include <linux/string.h>

#include "../../mm/luo_hugetlb.h"
#include "luo_corrupt.h"

static const struct luo_hugetlb_ser *
luo_corrupt_hugetlb(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, LUO_HUGETLB_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

static int luo_corrupt_hugetlb_extent(struct luo_corrupt_spot *spot,
				      unsigned int nr)
{
	const struct luo_hugetlb_ser *hugetlb = luo_corrupt_hugetlb(spot);

	return luo_corrupt_element(spot, hugetlb ? hugetlb->extents.array : 0, nr);
}

static int luo_corrupt_hugetlb_resv(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	const struct luo_hugetlb_ser *hugetlb = luo_corrupt_hugetlb(spot);

	return luo_corrupt_element(spot, hugetlb ? hugetlb->reserved.array : 0, nr);
}

static void luo_corrupt_seal_hugetlb_pool(const struct luo_corrupt_spot *spot)
{
	luo_hugetlb_pool_out->crc = luo_hugetlb_pool_crc(luo_hugetlb_pool_out);
}

/* The numbers of huge pages, which have no owner. */
static int luo_corrupt_hugetlb_pool(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	spot->mem = luo_hugetlb_pool_out;
	spot->seal = luo_corrupt_seal_hugetlb_pool;

	return spot->mem ? 0 : -ENOENT;
}

static int luo_corrupt_hugetlb_node(struct luo_corrupt_spot *spot,
				    unsigned int nr)
{
	if (!luo_hugetlb_pool_out || nr >= luo_hugetlb_pool_out->nr)
		return -ENOENT;

	spot->mem = &luo_hugetlb_pool_out->entries[nr];
	spot->seal = luo_corrupt_seal_hugetlb_pool;

	return 0;
}

static const struct luo_corrupt_place luo_corrupt_hugetlb_places[] = {
	{ "hugetlb", luo_corrupt_data },
	{ "hugetlb_extent", luo_corrupt_hugetlb_extent },
	{ "hugetlb_resv", luo_corrupt_hugetlb_resv },
	{ "hugetlb_pool", luo_corrupt_hugetlb_pool },
	{ "hugetlb_node", luo_corrupt_hugetlb_node },
};

static const struct luo_corrupt_field luo_corrupt_hugetlb_fields[] = {
	FIELD(hugetlb, luo_hugetlb_ser, size),
	FIELD(hugetlb, luo_hugetlb_ser, nr),
	FIELD(hugetlb, luo_hugetlb_ser, extents.array),
	FIELD(hugetlb, luo_hugetlb_ser, extents.count),
	FIELD(hugetlb, luo_hugetlb_ser, extents.stride),
	FIELD(hugetlb, luo_hugetlb_ser, extents.kind),
	FIELD(hugetlb, luo_hugetlb_ser, reserved.array),
	FIELD(hugetlb, luo_hugetlb_ser, reserved.count),
	FIELD(hugetlb, luo_hugetlb_ser, order),
	FIELD(hugetlb, luo_hugetlb_ser, seals),
	FIELD(hugetlb, luo_hugetlb_ser, mode),
	FIELD(hugetlb, luo_hugetlb_ser, padding),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, index),
	FIELD_AS(hugetlb_extent, luo_hugetlb_extent_ser, pfn, PFN),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, nr),
	FIELD(hugetlb_extent, luo_hugetlb_extent_ser, reserved),
	FIELD(hugetlb_resv, luo_hugetlb_reserved_ser, from),
	FIELD(hugetlb_resv, luo_hugetlb_reserved_ser, to),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, magic),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, version),
	FIELD(hugetlb_pool, luo_hugetlb_pool_ser, nr),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, order),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, nid),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, nr),
	FIELD(hugetlb_node, luo_hugetlb_pool_entry_ser, surplus),
};

const struct luo_corrupt_part luo_corrupt_hugetlb_part =
	LUO_CORRUPT_PART(luo_corrupt_hugetlb_places, luo_corrupt_hugetlb_fields);
