// SPDX-License-Identifier: GPL-2.0
/* The structures of PKRAM. */

#include <linux/bitfield.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_pool.h>
#include <linux/kho/abi/pkram.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "luo_corrupt.h"

static void luo_corrupt_seal_chain(const struct luo_corrupt_spot *spot)
{
	struct luo_pool_block_ser *block = spot->mem;
	u32 crc = crc32c(~0, &spot->handle, sizeof(spot->handle));

	crc = crc32c(crc, &spot->sequence, sizeof(spot->sequence));
	block->crc = crc32c(crc, block, offsetof(struct luo_pool_block_ser, crc));
}

static void luo_corrupt_seal_root(const struct luo_corrupt_spot *spot)
{
	struct pkram_root_ser *root = spot->mem;

	root->crc = crc32c(~0, root, offsetof(struct pkram_root_ser, crc));
}

static void luo_corrupt_seal_object(const struct luo_corrupt_spot *spot)
{
	struct pkram_object_ser *object = spot->mem;

	object->crc = crc32c(~0, object, offsetof(struct pkram_object_ser, crc));
}

static void luo_corrupt_seal_bytes(const struct luo_corrupt_spot *spot)
{
	struct pkram_bytes_ser *chunk = spot->mem;

	chunk->crc = crc32c(~0, chunk, offsetof(struct pkram_bytes_ser, crc));
}

/* At most the runs that fit into a page, even if nr_runs is larger. */
static void luo_corrupt_seal_pages(const struct luo_corrupt_spot *spot)
{
	struct pkram_pages_ser *block = phys_to_virt(spot->handle);
	u32 crc = crc32c(~0, block, offsetof(struct pkram_pages_ser, crc));
	size_t room = PAGE_SIZE - offset_in_page(block->runs);

	block->crc = crc32c(crc, block->runs,
			    min(room, block->nr_runs * sizeof(*block->runs)));
}

static const struct pkram_node_ser *
luo_corrupt_node(const struct luo_corrupt_spot *spot)
{
	if (!spot->record || strcmp(spot->table->kind, PKRAM_KIND))
		return NULL;

	return luo_object_table_record_data(spot->record);
}

static int luo_corrupt_chain(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct pkram_node_ser *node = luo_corrupt_node(spot);
	struct luo_pool_block_ser *block;
	u64 address;

	if (!node)
		return -ENOENT;

	spot->seal = luo_corrupt_seal_chain;
	spot->handle = node->pool;
	for (address = node->pool; address; address = block->next) {
		block = phys_to_virt(address);
		spot->mem = block;
		if (spot->sequence == nr)
			return 0;
		spot->sequence++;
	}

	return -ENOENT;
}

static int luo_corrupt_root(struct luo_corrupt_spot *spot, unsigned int nr)
{
	const struct pkram_node_ser *node = luo_corrupt_node(spot);

	if (!node)
		return -ENOENT;

	spot->mem = phys_to_virt(node->root);
	spot->seal = luo_corrupt_seal_root;

	return 0;
}

static int luo_corrupt_object(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_object_ser *object;
	u64 address;
	int err;

	err = luo_corrupt_root(spot, 0);
	if (err)
		return err;

	address = ((struct pkram_root_ser *)spot->mem)->objects;
	spot->seal = luo_corrupt_seal_object;
	for (; address; address = object->next) {
		object = phys_to_virt(address);
		spot->mem = object;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* The chunks of the first object. */
static int luo_corrupt_pages(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_pages_ser *block;
	int err;

	err = luo_corrupt_object(spot, 0);
	if (err)
		return err;

	spot->handle = ((struct pkram_object_ser *)spot->mem)->pages;
	spot->seal = luo_corrupt_seal_pages;
	for (; spot->handle; spot->handle = block->next) {
		block = phys_to_virt(spot->handle);
		spot->mem = block;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* The runs of the first list of pages. */
static int luo_corrupt_run(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_pages_ser *block;
	int err;

	err = luo_corrupt_pages(spot, 0);
	if (err)
		return err;

	block = spot->mem;
	spot->mem = &block->runs[nr];

	return nr < block->nr_runs ? 0 : -ENOENT;
}

static int luo_corrupt_bytes(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_bytes_ser *chunk;
	u64 address;
	int err;

	err = luo_corrupt_object(spot, 0);
	if (err)
		return err;

	address = ((struct pkram_object_ser *)spot->mem)->bytes;
	spot->seal = luo_corrupt_seal_bytes;
	for (; address; address = chunk->next) {
		chunk = phys_to_virt(address);
		spot->mem = chunk;
		if (!nr--)
			return 0;
	}

	return -ENOENT;
}

/* The lowest page of a run. */
static int luo_corrupt_run_page(struct luo_corrupt_spot *spot, unsigned int nr)
{
	struct pkram_run_ser *run;
	u64 first;
	int err;

	err = luo_corrupt_run(spot, nr);
	if (err)
		return err;

	run = spot->mem;
	first = FIELD_GET(PKRAM_RUN_FIRST, run->where);
	spot->mem = phys_to_virt((first & (first - 1)) >> 1 << PAGE_SHIFT);

	return 0;
}

static const struct luo_corrupt_place luo_corrupt_pkram_places[] = {
	{ "node", luo_corrupt_data },
	{ "chain", luo_corrupt_chain },
	{ "root", luo_corrupt_root },
	{ "object", luo_corrupt_object },
	{ "pages", luo_corrupt_pages },
	{ "run", luo_corrupt_run },
	{ "bytes", luo_corrupt_bytes },
	{ "page", luo_corrupt_run_page },
};

static const struct luo_corrupt_field luo_corrupt_pkram_fields[] = {
	FIELD(chain, luo_pool_block_ser, self),
	FIELD(chain, luo_pool_block_ser, magic),
	FIELD(chain, luo_pool_block_ser, order),
	FIELD(chain, luo_pool_block_ser, crc),
	FIELD(chain, luo_pool_block_ser, live),
	FIELD(chain, luo_pool_block_ser, next),
	FIELD(node, pkram_node_ser, pool),
	FIELD(node, pkram_node_ser, root),
	FIELD(root, pkram_root_ser, objects),
	FIELD(root, pkram_root_ser, nr_objects),
	FIELD(root, pkram_root_ser, finished),
	FIELD(root, pkram_root_ser, crc),
	FIELD(object, pkram_object_ser, next),
	FIELD(object, pkram_object_ser, pages),
	FIELD(object, pkram_object_ser, bytes),
	FIELD(object, pkram_object_ser, nr_bytes),
	FIELD(object, pkram_object_ser, reserved),
	FIELD(object, pkram_object_ser, crc),
	FIELD(pages, pkram_pages_ser, next),
	FIELD(pages, pkram_pages_ser, nr_runs),
	FIELD(pages, pkram_pages_ser, crc),
	FIELD_AS(run, pkram_run_ser, where, PFN_RUN),
	FIELD(run, pkram_run_ser, index),
	FIELD(bytes, pkram_bytes_ser, next),
	FIELD(bytes, pkram_bytes_ser, size),
	FIELD(bytes, pkram_bytes_ser, crc),
};

const struct luo_corrupt_part luo_corrupt_pkram_part =
	LUO_CORRUPT_PART(luo_corrupt_pkram_places, luo_corrupt_pkram_fields);
