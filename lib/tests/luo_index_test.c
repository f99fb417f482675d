// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The cost of the index of objects
 *
 * Compares luo_index with the kernel's own containers, for the numbers that instances of
 * memfds have: physical addresses of pages in no order. A line written to
 * ``/sys/kernel/debug/luo_index_test`` adds that many records, and then finds each:
 *
 * - "luo COUNT", "xarray COUNT", "rhashtable COUNT".
 *
 * Reading the file returns the nanoseconds to add and to find a record, and the bytes that
 * the container has allocated for each.
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmstat.h>
#include <linux/xarray.h>

#include "../../kernel/liveupdate/luo_index.h"

#define INDEX_TEST_COUNT_MAX	1000000

struct index_record {
	u64 instance;
	struct rhash_head node;
};

static const struct rhashtable_params index_rhashtable_params = {
	.key_len = sizeof(u64),
	.key_offset = offsetof(struct index_record, instance),
	.head_offset = offsetof(struct index_record, node),
	.automatic_shrinking = true,
};

static struct luo_index index_luo;
static struct rhashtable index_rhashtable;
static DEFINE_XARRAY(index_xarray);

/**
 * struct index_test - A container.
 * @name:    Its name in a line.
 * @init:    Prepares it, or NULL. Returns 0 or a negative errno.
 * @add:     Adds a record. Returns 0 or a negative errno.
 * @find:    Finds the record of an instance. Returns NULL if there is none.
 * @destroy: Frees what the container has allocated.
 */
struct index_test {
	const char *name;
	int (*init)(void);
	int (*add)(struct index_record *record);
	struct index_record *(*find)(u64 instance);
	void (*destroy)(void);
};

static int index_luo_add(struct index_record *record)
{
	return luo_index_add(&index_luo, &record->instance, GFP_KERNEL);
}

static struct index_record *index_luo_find(u64 instance)
{
	unsigned long cursor = 0;

	return (void *)luo_index_next(&index_luo, instance, &cursor);
}

static void index_luo_destroy(void)
{
	luo_index_destroy(&index_luo);
}

static int index_xarray_add(struct index_record *record)
{
	return xa_insert(&index_xarray, record->instance, record, GFP_KERNEL);
}

static struct index_record *index_xarray_find(u64 instance)
{
	return xa_load(&index_xarray, instance);
}

static void index_xarray_destroy(void)
{
	xa_destroy(&index_xarray);
}

static int index_rhashtable_init(void)
{
	return rhashtable_init(&index_rhashtable, &index_rhashtable_params);
}

static int index_rhashtable_add(struct index_record *record)
{
	return rhashtable_insert_fast(&index_rhashtable, &record->node,
				      index_rhashtable_params);
}

static struct index_record *index_rhashtable_find(u64 instance)
{
	return rhashtable_lookup_fast(&index_rhashtable, &instance,
				      index_rhashtable_params);
}

static void index_rhashtable_destroy(void)
{
	rhashtable_destroy(&index_rhashtable);
}

static const struct index_test index_tests[] = {
	{ "luo", NULL, index_luo_add, index_luo_find, index_luo_destroy },
	{ "xarray", NULL, index_xarray_add, index_xarray_find,
	  index_xarray_destroy },
	{ "rhashtable", index_rhashtable_init, index_rhashtable_add,
	  index_rhashtable_find, index_rhashtable_destroy },
};

static DEFINE_MUTEX(index_lock);
static u64 index_add_nsecs;
static u64 index_find_nsecs;
static u64 index_bytes;

/* Different addresses of pages below 64 TiB, the same in each run. */
static void index_number(struct index_record *records, u64 count)
{
	struct rnd_state state;
	u64 i;

	prandom_seed_state(&state, 1);
	for (i = 0; i < count; i++) {
		u64 order = prandom_u32_state(&state) % 0x1000;

		records[i].instance = (order << 20 | i) << PAGE_SHIFT;
	}
}

/* Free pages, with those on the lists of this processor: benchmarks have only one. */
static unsigned long index_free_pages(void)
{
	/* Wait for the memory of the last container. */
	rcu_barrier();
	drain_local_pages(NULL);

	return global_zone_page_state(NR_FREE_PAGES);
}

static int index_measure(const struct index_test *test,
			 struct index_record *records, u64 count)
{
	unsigned long before = index_free_pages();
	u64 begin = ktime_get_ns(), i;
	int err;

	for (i = 0; i < count; i++) {
		err = test->add(&records[i]);
		if (err)
			return err;
	}
	index_add_nsecs = div64_u64(ktime_get_ns() - begin, count);
	index_bytes = div64_u64((u64)(before - index_free_pages()) << PAGE_SHIFT,
				count);

	begin = ktime_get_ns();
	for (i = 0; i < count; i++) {
		if (test->find(records[i].instance) != &records[i])
			return -EILSEQ;
	}
	index_find_nsecs = div64_u64(ktime_get_ns() - begin, count);

	return 0;
}

static int index_run(const struct index_test *test, u64 count)
{
	int err;

	if (!count || count > INDEX_TEST_COUNT_MAX)
		return -EINVAL;

	struct index_record *records __free(kvfree) =
		kvcalloc(count, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;

	index_number(records, count);
	err = test->init ? test->init() : 0;
	if (err)
		return err;

	err = index_measure(test, records, count);
	test->destroy();

	return err;
}

static ssize_t index_write(struct file *file, const char __user *buf,
			   size_t size, loff_t *pos)
{
	char line[32], name[16];
	unsigned int i;
	u64 count;
	int err;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, buf, size))
		return -EFAULT;
	line[size] = '\0';
	if (sscanf(line, "%15s %llu", name, &count) != 2)
		return -EINVAL;

	guard(mutex)(&index_lock);
	for (i = 0; i < ARRAY_SIZE(index_tests); i++) {
		if (!strcmp(index_tests[i].name, name)) {
			err = index_run(&index_tests[i], count);
			return err ?: size;
		}
	}

	return -EINVAL;
}

static ssize_t index_read(struct file *file, char __user *buf, size_t size,
			  loff_t *pos)
{
	char line[80];
	int len;

	guard(mutex)(&index_lock);
	len = scnprintf(line, sizeof(line), "%llu %llu %llu\n", index_add_nsecs,
			index_find_nsecs, index_bytes);

	return simple_read_from_buffer(buf, size, pos, line, len);
}

static const struct file_operations index_fops = {
	.owner	= THIS_MODULE,
	.write	= index_write,
	.read	= index_read,
};

static int __init index_init(void)
{
	debugfs_create_file("luo_index_test", 0600, NULL, NULL, &index_fops);

	return 0;
}
late_initcall(index_init);
