// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of PKRAM without a kexec
 *
 * Runs of pages in every direction, chunks of bytes, corruption of any structure, and a
 * failure of each allocation, over a simulated handover. The selftests in
 * tools/testing/selftests/pkram test the calls of linux/pkram.h over a real kexec.
 */

#include <kunit/test.h>
#include <linux/debug_locks.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kconfig.h>
#include <linux/kexec_handover.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "../../kernel/liveupdate/pkram_internal.h"
#include "luo_object_kunit.h"

#define NAME	"node"

static struct pkram_set pkram_set =
	PKRAM_SET_INIT(pkram_set, &luo_loopback_out, &luo_loopback_in);

static void pkram_forget(struct luo_index *index, u64 instance)
{
	unsigned long cursor = 0;
	struct pkram_node *node;

	node = (void *)luo_index_next(index, instance, &cursor);
	if (!node)
		return;

	luo_pool_forget(node->pool);
	luo_index_del(index, &node->instance);
	kfree(node);
}

/* The kexec loses the heap, and with it the nodes of the old kernel. */
static void pkram_kexec(struct kunit *test)
{
	luo_loopback_kexec();
	pkram_forget(&pkram_set.saved, pkram_node_instance(NAME));
	pkram_forget(&pkram_set.saved, pkram_node_instance("other"));
	luo_index_destroy(&pkram_set.saved);
}

static int pkram_begin(struct pkram_stream *ps, const char *name)
{
	*ps = (struct pkram_stream){ .gfp_mask = GFP_KERNEL };

	return pkram_out_create(&pkram_set, name, GFP_KERNEL, &ps->node);
}

/* The same as pkram_discard_save(). */
static void pkram_discard(struct pkram_stream *ps)
{
	pkram_out_discard(ps);
	pkram_in_release(ps->node);
}

static void pkram_end_object(struct pkram_stream *ps)
{
	pkram_out_commit_object(ps);
	ps->object = NULL;
}

static int pkram_put_page(struct pkram_stream *ps, u64 address,
			  unsigned int order, u64 index, u16 flags)
{
	int err = pkram_pages_save(ps, address >> PAGE_SHIFT, order, index,
				   flags);

	if (!err)
		luo_loopback_page_get(address);

	return err;
}

/* Pages, some of which are contiguous in either direction. */
#define NR_PAGES	300

struct pkram_page {
	u64 address;
	u64 index;
	unsigned int order;
	u16 flags;
};

static void pkram_new_pages(struct kunit *test, struct pkram_page *pages)
{
	u64 address[8];
	unsigned int i, j, order;

	for (i = 0; i < NR_PAGES; i += ARRAY_SIZE(address)) {
		order = (i / ARRAY_SIZE(address)) % 5 == 4 ? 2 : 0;
		for (j = 0; j < ARRAY_SIZE(address); j++) {
			address[j] = luo_loopback_page_alloc(order);
			KUNIT_ASSERT_NE(test, address[j], 0ULL);
		}
		for (j = 0; j < ARRAY_SIZE(address) && i + j < NR_PAGES; j++) {
			struct pkram_page *page = &pages[i + j];

			/* In ascending, descending and random order. */
			page->address = i % 3 == 0 ? address[j] :
					i % 3 == 1 ? address[7 - j] :
						     address[j * 3 % 8];
			page->order = order;
			page->index = i % 7 ? 1000 + ((i + j) << order) :
					      U64_MAX - i - j;
			page->flags = i % 4 ? 7 : 0x8000 + j;
		}
		/* The last group is in random order. */
		for (; j < ARRAY_SIZE(address); j++)
			luo_handover_put(address[j * 3 % 8]);
	}
}

static void pkram_put_pages(struct pkram_page *pages)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		luo_handover_put(pages[i].address);
}

static void pkram_save_pages(struct kunit *test, struct pkram_stream *ps,
			     const struct pkram_page *pages)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		KUNIT_ASSERT_EQ(test, pkram_put_page(ps, pages[i].address,
						     pages[i].order,
						     pages[i].index,
						     pages[i].flags), 0);
}

static void pkram_load_pages(struct kunit *test, struct pkram_stream *ps,
			     const struct pkram_page *pages, unsigned int nr)
{
	u64 pfn, index;
	unsigned int i;
	u16 flags;

	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_TRUE(test, pkram_pages_load(ps, &pfn, &index,
							 &flags));
		KUNIT_EXPECT_EQ(test, pfn << PAGE_SHIFT, pages[i].address);
		KUNIT_EXPECT_EQ(test, index, pages[i].index);
		KUNIT_EXPECT_EQ(test, flags, pages[i].flags);
		luo_handover_put(pfn << PAGE_SHIFT);
	}
}

static struct pkram_page pkram_pages[NR_PAGES];

static void pkram_pages_come_back(struct kunit *test)
{
	struct pkram_stream ps;
	u64 pfn, index;
	u16 flags;

	pkram_new_pages(test, pkram_pages);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_save_pages(test, &ps, pkram_pages);
	pkram_end_object(&ps);
	pkram_out_finish(ps.node);
	pkram_put_pages(pkram_pages);

	pkram_kexec(test);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&ps));
	pkram_load_pages(test, &ps, pkram_pages, NR_PAGES);
	KUNIT_EXPECT_FALSE(test, pkram_pages_load(&ps, &pfn, &index, &flags));
	KUNIT_EXPECT_FALSE(test, pkram_in_load_object(&ps));
	pkram_in_release(ps.node);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/* The rest of an object and other objects are freed if they are not loaded. */
static void pkram_rest_is_freed(struct kunit *test)
{
	struct pkram_stream ps;
	unsigned int i;

	pkram_new_pages(test, pkram_pages);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
		if (i == 1)
			pkram_save_pages(test, &ps, pkram_pages);
		pkram_end_object(&ps);
	}
	pkram_out_finish(ps.node);
	pkram_put_pages(pkram_pages);

	pkram_kexec(test);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&ps));
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&ps));
	pkram_load_pages(test, &ps, pkram_pages, 77);
	pkram_pages_put_rest(&ps);
	pkram_in_release(ps.node);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/* There are fewer keys than pages, and a discarded save leaves no key. */
static void pkram_runs_share_keys(struct kunit *test)
{
	struct pkram_stream ps;
	unsigned long keys;
	u64 address[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(address); i++)
		address[i] = luo_loopback_page_alloc(0);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
	for (i = 0; i < ARRAY_SIZE(address); i++)
		KUNIT_ASSERT_EQ(test, pkram_put_page(&ps, address[i], 0, i, 0),
				0);
	pkram_pages_commit(&ps);
	/* The user-space build allocates in ascending order, the kernel in any order. */
	KUNIT_EXPECT_LE(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING) - keys,
			(unsigned long)ARRAY_SIZE(address) + 2);

	pkram_discard(&ps);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	for (i = 0; i < ARRAY_SIZE(address); i++)
		luo_handover_put(address[i]);
}

static const size_t pkram_pieces[] = {
	1, 40, 63, 4000, PAGE_SIZE, 0, 12345, 7, 100000, 3,
};

static void pkram_bytes_come_back(struct kunit *test)
{
	struct pkram_stream ps;
	static u8 data[100000];
	unsigned int i;

	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	for (i = 0; i < ARRAY_SIZE(pkram_pieces); i++) {
		luo_pattern_fill(data, pkram_pieces[i], i);
		KUNIT_ASSERT_EQ(test, pkram_bytes_write(&ps, data,
							pkram_pieces[i]), 0);
	}
	pkram_end_object(&ps);
	pkram_out_finish(ps.node);

	pkram_kexec(test);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&ps));
	for (i = 0; i < ARRAY_SIZE(pkram_pieces) - 1; i++) {
		KUNIT_EXPECT_EQ(test, pkram_bytes_read(&ps, data,
						       pkram_pieces[i]),
				pkram_pieces[i]);
		KUNIT_EXPECT_TRUE(test, luo_pattern_holds(data, pkram_pieces[i],
							  i));
	}
	/* Past the end. */
	KUNIT_EXPECT_EQ(test, pkram_bytes_read(&ps, data, 100), pkram_pieces[i]);
	KUNIT_EXPECT_TRUE(test, luo_pattern_holds(data, pkram_pieces[i], i));
	KUNIT_EXPECT_EQ(test, pkram_bytes_read(&ps, data, 100), (size_t)0);
	pkram_in_release(ps.node);
}

/* Save a node while all allocations up to step nth fail. */
static int pkram_save_small(struct pkram_stream *ps, const u64 *address,
			    unsigned int nr)
{
	static u8 data[3 * PAGE_SIZE];
	unsigned int i;
	int err;

	err = pkram_begin(ps, NAME);
	if (err)
		return err;

	err = pkram_out_add_object(ps);
	for (i = 0; !err && i < nr; i++) {
		err = pkram_put_page(ps, address[i], 0, i, i / 50);
		if (!err)
			err = pkram_bytes_write(ps, data, 100 * i);
	}
	if (err) {
		pkram_discard(ps);
		return err;
	}
	pkram_end_object(ps);
	pkram_out_finish(ps->node);

	return 0;
}

static void pkram_every_allocation_fails(struct kunit *test)
{
	struct pkram_stream ps;
	unsigned int i, nth = 0;
	u64 address[100], block;
	bool failed;
	int err;

	/* Every second page, so that no page continues the run of another one. */
	block = luo_loopback_run_alloc(ilog2(256));
	KUNIT_ASSERT_NE(test, block, 0ULL);
	for (i = 0; i < ARRAY_SIZE(address); i++)
		address[i] = block + 2 * i * PAGE_SIZE;

	do {
		luo_loopback_fail_nth(++nth);
		err = pkram_save_small(&ps, address, ARRAY_SIZE(address));
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		if (!err)
			break;
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		KUNIT_EXPECT_TRUE(test, failed);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				0UL);
	} while (nth < 10000);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, nth, 5U);
	for (i = 0; i < 256; i++)
		luo_handover_put(block + i * PAGE_SIZE);

	pkram_kexec(test);
	for (nth = 1; ; nth++) {
		luo_loopback_fail_nth(nth);
		err = pkram_in_claim(&pkram_set, NAME, &ps.node);
		if (!luo_loopback_failed())
			break;
		/* An allocation that the load does not need may fail. */
		if (!err)
			break;
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	}
	luo_loopback_fail_nth(0);
	KUNIT_ASSERT_EQ(test, err, 0);
	pkram_in_release(ps.node);
	luo_object_in_drop(&luo_loopback_in, NULL);
	luo_index_destroy(&pkram_set.loading);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/* If there is no memory for the keys of a run, each page gets a key. */
static void pkram_run_without_memory(struct kunit *test)
{
	struct pkram_stream ps;
	u64 address[40], pfn, index;
	unsigned int i;
	u16 flags;

	for (i = 0; i < ARRAY_SIZE(address); i++)
		address[i] = luo_loopback_page_alloc(0);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, pkram_put_page(&ps, address[i], 0, i, 0),
				0);
	luo_loopback_fail_nth(1);
	pkram_end_object(&ps);
	luo_loopback_fail_nth(0);
	pkram_out_finish(ps.node);
	for (i = 0; i < ARRAY_SIZE(address); i++)
		luo_handover_put(address[i]);

	pkram_kexec(test);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&ps));
	for (i = 0; i < 20; i++) {
		KUNIT_ASSERT_TRUE(test, pkram_pages_load(&ps, &pfn, &index,
							 &flags));
		KUNIT_EXPECT_EQ(test, pfn << PAGE_SHIFT, address[i]);
		luo_handover_put(pfn << PAGE_SHIFT);
	}
	pkram_in_release(ps.node);
}

static int pkram_drop_node(const char *name)
{
	struct pkram_node_ser ser;
	const struct luo_object_id id = { PKRAM_KIND, pkram_node_instance(name) };
	int err;

	err = luo_object_in_read(&luo_loopback_in, &ser, sizeof(ser), &id, 1);
	if (err)
		return err;

	err = pkram_in_drop(&pkram_set, &ser);

	return err ?: luo_object_in_finish(&luo_loopback_in, &id);
}

static void pkram_names(struct kunit *test)
{
	struct pkram_stream ps, other;

	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_EXPECT_EQ(test, pkram_begin(&other, NAME), -EEXIST);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &other.node),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, "other", &other.node),
			-ENOENT);
	KUNIT_ASSERT_EQ(test, pkram_begin(&other, "other"), 0);
	pkram_out_finish(other.node);

	/* The save of the first one was not finished. */
	pkram_kexec(test);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-EBUSY);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, "other", &other.node),
			0);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, "other", &ps.node),
			-EBUSY);
	pkram_in_release(other.node);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, "other", &ps.node),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, pkram_drop_node(NAME), 0);
}

/* Dropping frees a finished or unfinished node, but not one in use. */
static void pkram_drops(struct kunit *test)
{
	struct pkram_stream ps, other;

	pkram_new_pages(test, pkram_pages);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_save_pages(test, &ps, pkram_pages);
	pkram_end_object(&ps);
	KUNIT_ASSERT_EQ(test, pkram_begin(&other, "other"), 0);
	pkram_out_finish(other.node);
	pkram_put_pages(pkram_pages);
	pkram_kexec(test);

	KUNIT_EXPECT_EQ(test, pkram_drop_node("other"), 0);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, pkram_drop_node(NAME), 0);
	KUNIT_EXPECT_EQ(test, pkram_drop_node(NAME), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
}

/*
 * Flip bits all over the metadata of a node. There must be no crash, no page may be
 * claimed or freed twice, and all claimed pages must be freed.
 */
static void pkram_damage_one(struct kunit *test, size_t offset, u8 bits)
{
	struct pkram_stream ps;
	u64 address[40], handle;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(address); i++)
		address[i] = luo_loopback_page_alloc(i % 10 ? 0 : 1);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	for (i = 0; i < ARRAY_SIZE(address); i++) {
		if (i % 20 == 0)
			KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
		KUNIT_ASSERT_EQ(test, pkram_put_page(&ps, address[i],
						     i % 10 ? 0 : 1, i, 0), 0);
		KUNIT_ASSERT_EQ(test, pkram_bytes_write(&ps, "bytes", 5), 0);
		if (i % 20 == 19)
			pkram_end_object(&ps);
	}
	pkram_out_finish(ps.node);
	handle = virt_to_phys(ps.node->root) & PAGE_MASK;
	for (i = 0; i < ARRAY_SIZE(address); i++)
		luo_handover_put(address[i]);

	pkram_kexec(test);
	((u8 *)phys_to_virt(handle))[offset] ^= bits;
	err = pkram_in_claim(&pkram_set, NAME, &ps.node);
	KUNIT_EXPECT_TRUE(test, !err || err == -EBADMSG || err == -EBUSY);
	if (!err) {
		while (pkram_in_load_object(&ps))
			pkram_pages_put_rest(&ps);
		pkram_in_release(ps.node);
	} else {
		pkram_drop_node(NAME);
		/* Memory that cannot be found stays allocated. */
		luo_loopback_reset();
	}
}

static void pkram_damage(struct kunit *test)
{
	size_t offset;

	/* The pool's head is in luo_pool_kunit.c; the bytes have no CRC. */
	for (offset = sizeof(struct luo_pool_block_ser); offset < 1200; offset++)
		pkram_damage_one(test, offset, 1 << offset % 8);
}

/* A finished node of this kernel, without pages. */
static void pkram_save_empty(struct kunit *test, const char *name)
{
	struct pkram_stream ps;

	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, name), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_end_object(&ps);
	pkram_out_finish(ps.node);
}

/* The previous kernel leaves a damaged record of another kind. */
static void pkram_finds_its_own_after_damage(struct kunit *test)
{
	struct luo_object_table *table;
	struct pkram_stream ps;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("aaa", 1, 0, 40), 0);
	table = luo_object_table_find(&luo_loopback_out.tables, "aaa");
	luo_object_block_records(table->first)[0].version ^= 1;
	luo_loopback_kexec();

	pkram_save_empty(test, NAME);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	pkram_in_release(ps.node);

	/* The list of unclaimed objects is read. */
	pkram_save_empty(test, NAME);
	mutex_lock(&luo_loopback_in.lock);
	luo_object_in_read_all(&luo_loopback_in);
	mutex_unlock(&luo_loopback_in.lock);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	pkram_in_release(ps.node);
	luo_object_in_drop(&luo_loopback_in, NULL);
	luo_loopback_reset();
}

/* The previous kernel did not finish its save of that name. */
static void pkram_finds_its_own_beside_unfinished(struct kunit *test)
{
	struct pkram_stream ps;

	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	pkram_kexec(test);

	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), -EBUSY);
	pkram_save_empty(test, NAME);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	pkram_in_release(ps.node);

	/* Also if it was not asked for before. */
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), -EBUSY);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), 0);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-ENOENT);
}

/* The previous kernel left a node of that name whose list is damaged. */
static void pkram_finds_its_own_beside_damaged(struct kunit *test)
{
	struct pkram_root_ser *root;
	struct pkram_stream ps;

	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	root = ps.node->root;
	pkram_out_finish(ps.node);
	pkram_kexec(test);
	root->crc ^= 1;

	pkram_save_empty(test, NAME);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	pkram_in_release(ps.node);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), 0);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-ENOENT);
}

/* Remove nodes of both kernels by name, loaded or not. No memory stays allocated. */
static void pkram_removes(struct kunit *test)
{
	struct pkram_stream ps;

	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), -ENOENT);

	/* The node of the previous kernel is removed first, then that of this kernel. */
	pkram_new_pages(test, pkram_pages);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_save_pages(test, &ps, pkram_pages);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), -EBUSY);
	pkram_end_object(&ps);
	pkram_out_finish(ps.node);
	pkram_put_pages(pkram_pages);
	pkram_kexec(test);
	pkram_save_empty(test, NAME);

	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 0UL);
	KUNIT_EXPECT_NE(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), -ENOENT);

	/* Not while a stream loads it. */
	pkram_save_empty(test, NAME);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node), 0);
	KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), -EBUSY);
	pkram_in_release(ps.node);
}

#define SHARED	8

/* A page of one node is refused by another, whose save can continue. */
static void pkram_page_twice(struct kunit *test)
{
	u64 page = luo_loopback_run_alloc(ilog2(SHARED)), pfn, index;
	struct pkram_stream a, b;
	unsigned int i;
	u16 flags;

	KUNIT_ASSERT_NE(test, page, 0ULL);
	KUNIT_ASSERT_EQ(test, pkram_begin(&a, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&a), 0);
	for (i = 0; i < SHARED - 1; i++)
		KUNIT_ASSERT_EQ(test, pkram_put_page(&a, page + i * PAGE_SIZE, 0,
						     i, 0), 0);
	pkram_end_object(&a);
	pkram_out_finish(a.node);

	KUNIT_ASSERT_EQ(test, pkram_begin(&b, "other"), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&b), 0);
	for (i = 0; i < SHARED - 1; i++)
		KUNIT_EXPECT_EQ(test, pkram_put_page(&b, page + i * PAGE_SIZE, 0,
						     i, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, pkram_put_page(&b, page + i * PAGE_SIZE, 0, i, 0),
			0);
	pkram_end_object(&b);
	pkram_out_finish(b.node);
	for (i = 0; i < SHARED; i++)
		luo_handover_put(page + i * PAGE_SIZE);

	pkram_kexec(test);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, NAME, &a.node), 0);
	KUNIT_ASSERT_EQ(test, pkram_in_claim(&pkram_set, "other", &b.node), 0);
	KUNIT_ASSERT_TRUE(test, pkram_in_load_object(&b));
	KUNIT_ASSERT_TRUE(test, pkram_pages_load(&b, &pfn, &index, &flags));
	KUNIT_EXPECT_EQ(test, pfn << PAGE_SHIFT,
			page + (SHARED - 1) * PAGE_SIZE);
	pkram_in_release(a.node);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 1UL);
	luo_handover_put(pfn << PAGE_SHIFT);
	pkram_in_release(b.node);
}

/*
 * Another owner preserves a page of a run that is not complete. The node reports this,
 * stays unfinished, keeps the pages before that page, and drops the others.
 */
static void pkram_page_lost(struct kunit *test)
{
	struct pkram_stream ps;
	unsigned int i, lost;
	unsigned long others;
	u64 page;

	for (lost = 1; lost < SHARED; lost++) {
		page = luo_loopback_run_alloc(ilog2(SHARED));
		KUNIT_ASSERT_NE(test, page, 0ULL);
		KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
		KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
		for (i = 0; i < SHARED; i++)
			KUNIT_ASSERT_EQ(test,
					pkram_put_page(&ps, page + i * PAGE_SIZE,
						       0, i, 0), 0);
		/* The run has one key until it is complete. */
		others = luo_loopback_pages(LUO_LOOPBACK_OUTGOING) - 1;
		KUNIT_ASSERT_EQ(test,
				luo_handover_preserve(page + lost * PAGE_SIZE, 1, 0),
				0);
		/* Not the next page of the run, so the run is closed. */
		KUNIT_EXPECT_EQ(test, pkram_put_page(&ps, page, 0, 100, 0),
				-EEXIST);
		KUNIT_EXPECT_EQ(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
				others + lost + 1);
		pkram_end_object(&ps);
		pkram_out_finish(ps.node);
		KUNIT_EXPECT_EQ(test, ps.node->root->finished, 0U);
		luo_handover_unpreserve(page + lost * PAGE_SIZE, 1, 0);
		KUNIT_EXPECT_EQ(test, pkram_in_remove(&pkram_set, NAME), 0);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				0UL);
		for (i = 0; i < SHARED; i++)
			luo_handover_put(page + i * PAGE_SIZE);
	}
}

#define SCATTERED	64

/*
 * Each page is a run and has its own key. Another owner has claimed one of the
 * keys: the pages before it are freed, and those after it stay in the handover.
 */
static void pkram_scattered_key_missing(struct kunit *test)
{
	u64 block = luo_loopback_run_alloc(ilog2(2 * SCATTERED)), pfn;
	struct kho_restored restored = {};
	struct pkram_stream ps;
	unsigned int i;

	KUNIT_ASSERT_NE(test, block, 0ULL);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	for (i = 0; i < SCATTERED; i++)
		KUNIT_ASSERT_EQ(test, pkram_put_page(&ps, block + 2 * i * PAGE_SIZE,
						     0, i, 0), 0);
	pkram_end_object(&ps);
	pkram_out_finish(ps.node);
	for (i = 0; i < 2 * SCATTERED; i++)
		luo_handover_put(block + i * PAGE_SIZE);

	pkram_kexec(test);
	pfn = (block >> PAGE_SHIFT) + SCATTERED;
	KUNIT_ASSERT_EQ(test, luo_handover_claim_singles(&restored, &pfn, 1), 1UL);
	KUNIT_EXPECT_EQ(test, pkram_in_claim(&pkram_set, NAME, &ps.node),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages_held(), 1UL);
	for (i = 0; i < SCATTERED / 2; i++, pfn += 2) {
		if (i)
			KUNIT_EXPECT_EQ(
				test, luo_handover_claim_singles(&restored, &pfn, 1),
				1UL);
		luo_handover_put(pfn << PAGE_SHIFT);
	}
	luo_handover_claim_end(&restored);
	pkram_drop_node(NAME);
}

/* Only a missing __GFP_FS or __GFP_IO makes a scope. */
static void pkram_scopes(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		unsigned int flags;
	} scopes[] = {
		{ GFP_KERNEL, 0 },
		{ GFP_KERNEL | __GFP_NORETRY, 0 },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0 },
		{ GFP_NOFS, PF_MEMALLOC_NOFS },
		{ GFP_NOIO | __GFP_NORETRY, PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO },
	};
	const unsigned int mask = PF_MEMALLOC | PF_MEMALLOC_NOFS |
				  PF_MEMALLOC_NOIO;
	struct pkram_stream ps = {};
	unsigned int i, before;
	u64 page;

	for (i = 0; i < ARRAY_SIZE(scopes); i++) {
		before = current->flags & mask;
		page = luo_loopback_page_alloc(0);
		luo_loopback_forget_scopes();
		ps = (struct pkram_stream){ .gfp_mask = scopes[i].gfp };
		KUNIT_ASSERT_EQ(test, pkram_out_create(&pkram_set, NAME,
						       ps.gfp_mask, &ps.node),
				0);
		KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
		KUNIT_ASSERT_EQ(test, pkram_out_page(&ps, page >> PAGE_SHIFT, 0,
						     0, 0), 0);
		luo_loopback_page_get(page);
		KUNIT_ASSERT_EQ(test, pkram_out_bytes(&ps, "bytes", 5), 0);
		KUNIT_EXPECT_EQ(test, (luo_loopback_scopes() & mask) | before,
				scopes[i].flags | before);
		KUNIT_EXPECT_EQ(test, current->flags & mask, before);
		pkram_discard(&ps);
		luo_handover_put(page);
	}

	KUNIT_EXPECT_EQ(test, pkram_out_create(&pkram_set, NAME,
					       GFP_KERNEL | __GFP_MOVABLE,
					       &ps.node), -EINVAL);
	KUNIT_EXPECT_EQ(test, pkram_out_create(&pkram_set, NAME,
					       GFP_KERNEL | __GFP_HIGHMEM,
					       &ps.node), -EINVAL);
}

/* The lock of the set is below fs_reclaim, as luo_fail_reclaim() has it for objects. */
static void pkram_reclaim(struct kunit *test)
{
	const int nr = 100;	/* more than the smallest index holds */
	struct pkram_stream *ps;
	char name[16];
	int i;

	if (!IS_ENABLED(CONFIG_PROVE_LOCKING) || !debug_locks)
		kunit_skip(test, "lockdep is off");

	ps = kcalloc(nr, sizeof(*ps), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ps);

	fs_reclaim_acquire(GFP_KERNEL);
	mutex_lock(&pkram_set.lock);
	mutex_unlock(&pkram_set.lock);
	fs_reclaim_release(GFP_KERNEL);

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "node%d", i);
		KUNIT_ASSERT_EQ(test, pkram_begin(&ps[i], name), 0);
	}
	while (i--)
		pkram_discard(&ps[i]);
	kfree(ps);
	KUNIT_EXPECT_TRUE(test, debug_locks);
}

/* A page of a finished node that is poisoned is found before a kexec. */
static void pkram_poisoned(struct kunit *test)
{
	struct pkram_stream ps;

	pkram_new_pages(test, pkram_pages);
	KUNIT_ASSERT_EQ(test, pkram_begin(&ps, NAME), 0);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_end_object(&ps);
	KUNIT_ASSERT_EQ(test, pkram_out_add_object(&ps), 0);
	pkram_save_pages(test, &ps, pkram_pages);
	pkram_end_object(&ps);
	luo_loopback_poison(pkram_pages[NR_PAGES - 1].address);
	KUNIT_EXPECT_EQ(test, pkram_out_check_poison(&pkram_set), 0);

	pkram_out_finish(ps.node);
	KUNIT_EXPECT_EQ(test, pkram_out_check_poison(&pkram_set), -EHWPOISON);
	luo_loopback_poison(pkram_pages[17].address);
	KUNIT_EXPECT_EQ(test, pkram_out_check_poison(&pkram_set), -EHWPOISON);
	luo_loopback_poison(0);
	KUNIT_EXPECT_EQ(test, pkram_out_check_poison(&pkram_set), 0);

	luo_loopback_poison(pkram_pages[17].address);
	ps.node->busy = true;
	ps.object = NULL;
	pkram_discard(&ps);
	KUNIT_EXPECT_EQ(test, pkram_out_check_poison(&pkram_set), 0);
	luo_loopback_poison(0);
	pkram_put_pages(pkram_pages);
}

static struct kunit_case pkram_cases[] = {
	KUNIT_CASE(pkram_pages_come_back),
	KUNIT_CASE(pkram_rest_is_freed),
	KUNIT_CASE(pkram_runs_share_keys),
	KUNIT_CASE(pkram_bytes_come_back),
	KUNIT_CASE(pkram_every_allocation_fails),
	KUNIT_CASE(pkram_run_without_memory),
	KUNIT_CASE(pkram_names),
	KUNIT_CASE(pkram_drops),
	KUNIT_CASE(pkram_finds_its_own_after_damage),
	KUNIT_CASE(pkram_finds_its_own_beside_unfinished),
	KUNIT_CASE(pkram_finds_its_own_beside_damaged),
	KUNIT_CASE(pkram_removes),
	KUNIT_CASE(pkram_page_twice),
	KUNIT_CASE(pkram_page_lost),
	KUNIT_CASE(pkram_poisoned),
	KUNIT_CASE(pkram_scattered_key_missing),
	KUNIT_CASE(pkram_scopes),
	KUNIT_CASE(pkram_reclaim),
	KUNIT_CASE(pkram_damage),
	{}
};

static int pkram_init(struct kunit *test)
{
	int err = luo_loopback_init(test);

	/* In a kernel it is registered, or the node would not be saved. */
	if (!err)
		err = pkram_node_register(NULL, NULL);

	return err == -EEXIST ? 0 : err;
}

static void pkram_exit(struct kunit *test)
{
	pkram_forget(&pkram_set.saved, pkram_node_instance(NAME));
	luo_index_destroy(&pkram_set.saved);
	luo_index_destroy(&pkram_set.loading);
	luo_loopback_exit(test);
}

static struct kunit_suite pkram_suite = {
	.name = "pkram",
	.init = pkram_init,
	.exit = pkram_exit,
	.test_cases = pkram_cases,
};

kunit_test_suite(pkram_suite);
