// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Nodes of PKRAM
 *
 * Three nodes: one with two objects, which have pages in ascending, descending and random
 * order, a folio, and bytes in two chunks; a small one; and one whose save was not
 * finished.
 */

#include <linux/errno.h>
#include <linux/luo_pool.h>
#include <linux/slab.h>

#include "../../../kernel/liveupdate/pkram_internal.h"
#include "../../../lib/tests/luo_pattern.h"
#include "frame.h"

#define FUZZ_BYTES	5000
#define FUZZ_SEED	42

/* More pages than exist. */
#define FUZZ_ALL	1000

static struct pkram_set fuzz_set =
	PKRAM_SET_INIT(fuzz_set, &luo_loopback_out, &luo_loopback_in);

static const char * const fuzz_nodes[] = { "node", "small", "half" };

static u8 fuzz_bytes[FUZZ_BYTES];

/* The small node needs its object and its pool. */
static u64 fuzz_needs[FUZZ_OBJECT_NEEDS + 1];

static int fuzz_drop_node(const void *ser)
{
	return pkram_in_drop(&fuzz_set, ser);
}

static void fuzz_begin(struct pkram_stream *ps, const char *name)
{
	*ps = (struct pkram_stream){ .gfp_mask = GFP_KERNEL };
	FUZZ_EXPECT(!pkram_out_create(&fuzz_set, name, GFP_KERNEL, &ps->node));
}

static void fuzz_begin_object(struct pkram_stream *ps)
{
	FUZZ_EXPECT(!pkram_out_add_object(ps));
}

static void fuzz_save_page(struct pkram_stream *ps, u64 address,
			   unsigned int order, u64 index)
{
	FUZZ_EXPECT(!pkram_pages_save(ps, address >> PAGE_SHIFT, order, index,
				      index & 1));
}

static void fuzz_save_pages(struct pkram_stream *ps)
{
	u64 page[11];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = luo_loopback_page_alloc(0);
	for (i = 0; i < 5; i++)
		fuzz_save_page(ps, page[i], 0, 10 + 2 * (u64)i);
	for (i = 0; i < 4; i++)
		fuzz_save_page(ps, page[8 - i], 0, i);
	fuzz_save_page(ps, page[9], 0, 1000);
	fuzz_save_page(ps, luo_loopback_page_alloc(2), 2, 64);
	fuzz_save_page(ps, page[10], 0, 1001);
}

static void fuzz_forget(const char *name)
{
	unsigned long cursor = 0;
	struct pkram_node *node;

	node = (void *)luo_index_next(&fuzz_set.saved, pkram_node_instance(name),
				      &cursor);
	luo_pool_forget(node->pool);
	luo_index_del(&fuzz_set.saved, &node->instance);
	kfree(node);
}

static void fuzz_save_nodes(void)
{
	struct pkram_stream ps;
	unsigned int i;

	/* Once; later runs get -EEXIST. */
	pkram_node_register(fuzz_drop_node, NULL);
	luo_pattern_fill(fuzz_bytes, sizeof(fuzz_bytes), FUZZ_SEED);

	fuzz_begin(&ps, fuzz_nodes[0]);
	fuzz_begin_object(&ps);
	fuzz_save_pages(&ps);
	FUZZ_EXPECT(!pkram_bytes_write(&ps, fuzz_bytes, 40));
	FUZZ_EXPECT(!pkram_bytes_write(&ps, fuzz_bytes + 40, FUZZ_BYTES - 40));
	pkram_out_commit_object(&ps);
	fuzz_begin_object(&ps);
	fuzz_save_page(&ps, luo_loopback_page_alloc(0), 0, 0);
	pkram_out_commit_object(&ps);
	pkram_out_finish(ps.node);

	fuzz_begin(&ps, fuzz_nodes[1]);
	fuzz_begin_object(&ps);
	FUZZ_EXPECT(!pkram_bytes_write(&ps, fuzz_bytes, 8));
	pkram_out_commit_object(&ps);
	pkram_out_finish(ps.node);
	fuzz_needs[FUZZ_OBJECT_NEEDS] = luo_pool_handle(ps.node->pool);

	fuzz_begin(&ps, fuzz_nodes[2]);
	fuzz_begin_object(&ps);
	fuzz_save_page(&ps, luo_loopback_page_alloc(0), 0, 0);
	pkram_out_commit_object(&ps);

	fuzz_object_needs(PKRAM_KIND, pkram_node_instance(fuzz_nodes[1]), 1,
			  fuzz_needs);
	for (i = 0; i < ARRAY_SIZE(fuzz_nodes); i++)
		fuzz_forget(fuzz_nodes[i]);
	luo_index_destroy(&fuzz_set.saved);
}

static int fuzz_load_pages(struct pkram_stream *ps, int most)
{
	int nr = 0;
	u64 pfn, index;
	u16 flags;

	while (nr < most && pkram_pages_load(ps, &pfn, &index, &flags)) {
		/* The page exists and the caller may write to it. */
		memset(phys_to_virt(pfn << PAGE_SHIFT), 0, PAGE_SIZE);
		luo_handover_put(pfn << PAGE_SHIFT);
		nr++;
	}
	pkram_pages_put_rest(ps);

	return nr;
}

static void fuzz_load_bytes(struct pkram_stream *ps)
{
	u64 left = ps->object->nr_bytes;
	size_t nr, at = 0;
	u8 buf[1000];

	do {
		nr = pkram_bytes_read(ps, buf, sizeof(buf));
		FUZZ_EXPECT(nr <= left);
		left -= nr;
		if (fuzz_untouched())
			FUZZ_EXPECT(!memcmp(buf, fuzz_bytes + at, nr));
		at += nr;
	} while (nr);
	FUZZ_EXPECT(!left);
}

static int fuzz_load(const char *name, int most)
{
	struct pkram_stream ps = {};
	int err, nr = 0;

	err = pkram_in_claim(&fuzz_set, name, &ps.node);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBUSY, -EBADMSG, -EPROTONOSUPPORT);
	if (err)
		return err;

	while (nr < most && pkram_in_load_object(&ps)) {
		fuzz_load_bytes(&ps);
		nr += fuzz_load_pages(&ps, most);
	}
	pkram_in_release(ps.node);

	return nr;
}

static void fuzz_restore_nodes(void)
{
	int err, nr;

	nr = fuzz_load("node", fuzz_untouched() ? FUZZ_ALL : 7);
	if (fuzz_untouched())
		FUZZ_EXPECT(nr == 13);
	nr = fuzz_load("small", FUZZ_ALL);
	if (fuzz_intact(fuzz_needs, ARRAY_SIZE(fuzz_needs)))
		FUZZ_EXPECT(!nr);
	fuzz_load("half", FUZZ_ALL);

	/* Drop the nodes that were not loaded. After -ENOMEM try again. */
	err = luo_object_kind_drop(&luo_loopback_in, NULL, NULL);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	luo_loopback_fail_nth(0);
	err = luo_object_kind_drop(&luo_loopback_in, NULL, NULL);
	FUZZ_EXPECT(!err || err == -ENOENT || err == -EBADMSG);
	FUZZ_EXPECT(!fuzz_set.loading.count);
	luo_index_destroy(&fuzz_set.loading);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_nodes,
	.restore	= fuzz_restore_nodes,
};
