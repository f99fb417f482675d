// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Pools in the test driver of versioned objects
 *
 * The commands for the calls of linux/luo_pool.h: a pool, a chain of allocations in it
 * with patterns, and the object that refers to both. It is called by luo_object_test.c,
 * one command at a time.
 */

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/luo_object.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "luo_object_test_pool.h"
#include "luo_pattern.h"
#include "luo_test_line.h"

/* The object that has the handle of a pool. */
struct luo_test_pool_ser {
	u64 handle;
	u64 first;
	u64 count;
	u64 size;
};

/* One allocation. */
struct luo_test_link_ser {
	u64 next;
	u8 data[];
};

struct luo_test_pool {
	struct list_head list;
	struct luo_pool *pool;
	u64 instance;
};

static LIST_HEAD(luo_test_pools);

/* The chain is built from its end. */
static int luo_test_pool_fill(struct luo_pool *pool,
			      struct luo_test_pool_ser *ser, u64 seed)
{
	struct luo_test_link_ser *link;
	u64 i;

	for (i = ser->count; i--; ser->first = virt_to_phys(link)) {
		link = luo_pool_alloc(pool, sizeof(*link) + ser->size,
				      GFP_KERNEL);
		if (!link)
			return -ENOMEM;

		link->next = ser->first;
		luo_pattern_fill(link->data, ser->size, seed + i);
	}

	return 0;
}

/* pool-store KIND INSTANCE SIZE COUNT SEED */
int luo_test_pool_store(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	struct luo_test_pool_ser ser = {
		.size = luo_test_number(line, 3),
		.count = luo_test_number(line, 4),
	};
	u64 seed = luo_test_number(line, 5);
	struct luo_test_pool *test;
	int err;

	if (line->bad || ser.size > PAGE_SIZE << MAX_PAGE_ORDER)
		return -ERANGE;

	test = kzalloc_obj(*test);
	if (!test)
		return -ENOMEM;

	test->instance = id.instance;
	test->pool = luo_pool_create(GFP_KERNEL);
	if (IS_ERR(test->pool)) {
		err = PTR_ERR(test->pool);
		goto err_free;
	}

	ser.handle = luo_pool_handle(test->pool);
	err = luo_test_pool_fill(test->pool, &ser, seed);
	if (!err)
		err = luo_store_object(&ser, sizeof(ser), &id, 0);
	if (err)
		goto err_pool;
	list_add(&test->list, &luo_test_pools);

	return 0;

err_pool:
	luo_pool_free(test->pool);
err_free:
	kfree(test);

	return err;
}

/* pool-abort KIND INSTANCE */
int luo_test_pool_abort(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	struct luo_test_pool *test;

	if (line->bad)
		return -ERANGE;

	list_for_each_entry(test, &luo_test_pools, list) {
		if (test->instance != id.instance)
			continue;
		luo_abort_object(&id);
		luo_pool_free(test->pool);
		list_del(&test->list);
		kfree(test);
		return 0;
	}

	return -ENOENT;
}

static bool luo_test_pool_holds(struct luo_pool *pool,
				const struct luo_test_pool_ser *ser, u64 seed)
{
	const struct luo_test_link_ser *link;
	u64 i, address = ser->first;

	for (i = 0; i < ser->count; i++, address = link->next) {
		link = luo_pool_memory(pool, address,
				       sizeof(*link) + ser->size);
		if (!link || !luo_pattern_holds(link->data, ser->size, seed + i))
			return false;
	}

	return !address;
}

/* pool-load KIND INSTANCE SEED - checks the pool, frees it, and finishes */
int luo_test_pool_load(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	u64 seed = luo_test_number(line, 3);
	struct luo_test_pool_ser ser;
	struct luo_pool *pool;
	int err;

	if (line->bad)
		return -ERANGE;

	err = luo_read_object(&ser, sizeof(ser), &id, 0);
	if (err)
		return err;

	pool = luo_pool_restore(ser.handle);
	if (IS_ERR(pool))
		return PTR_ERR(pool);

	if (!luo_test_pool_holds(pool, &ser, seed))
		err = -EILSEQ;
	luo_pool_free(pool);

	return err ?: luo_finish_object(&id);
}
