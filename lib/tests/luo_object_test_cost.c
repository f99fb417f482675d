// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The cost of objects with fields, and of their elements
 *
 * A benchmark makes these calls many times, by a line written to
 * ``/sys/kernel/debug/luo_object_test_cost``:
 *
 * - "save COUNT" and "load COUNT": objects of a kind with fields, after "load" finished;
 * - "save-elements COUNT" and "load-elements COUNT": one object with that many elements;
 * - "copy COUNT": memcpy() and a CRC of as many elements, to compare with.
 *
 * Reading the file returns the nanoseconds of the last line: for each object, or for all
 * elements.
 */

#include <linux/cleanup.h>
#include <linux/crc32c.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/luo_elements.h>
#include <linux/luo_field.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "luo_test_line.h"

struct cost_ser {
	u64 start;
	u64 last;
	u64 owner;
	u32 node;
	u32 flags;
	u64 generation;
};

#define COST_FIELDS(field, ser)						\
	field(ser, 0, u64, start)					\
	field(ser, 0, u64, last, .min = 1)				\
	field(ser, 0, u64, owner)					\
	field(ser, 0, u32, node)					\
	field(ser, 0, u32, flags)					\
	field(ser, 0, u64, generation)

#define COST_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(cost, struct cost_ser, COST_FIELDS, COST_VERSIONS);

struct cost_element_ser {
	u64 start;
	u64 last;
	u32 node;
	u32 flags;
};

/* No range and no mask: elements of equal layout need not be looked at. */
#define COST_ELEMENT_FIELDS(field, ser)					\
	field(ser, 0, u64, start)					\
	field(ser, 0, u64, last)					\
	field(ser, 0, u32, node)					\
	field(ser, 0, u32, flags)

#define COST_ELEMENT_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND(cost_element, struct cost_element_ser, COST_ELEMENT_FIELDS,
		COST_ELEMENT_VERSIONS);

struct cost_table_ser {
	struct luo_elements_ser elements;
};

#define COST_TABLE_FIELDS(field, ser)					\
	field(ser, 0, elements_of(cost_element), elements)

#define COST_TABLE_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(cost_table, struct cost_table_ser, COST_TABLE_FIELDS,
		COST_TABLE_VERSIONS);

#define COST_COUNT_MAX	1000000

static DEFINE_MUTEX(cost_lock);
static u64 cost_nsecs;

static int cost_save(u64 count)
{
	u64 begin = ktime_get_ns(), i;
	int err;

	for (i = 0; i < count; i++) {
		const struct cost_ser ser = { .start = i, .last = i + 1 };

		err = luo_object_save(&cost_kind, i, &ser);
		if (err)
			return err;
	}
	cost_nsecs = div64_u64(ktime_get_ns() - begin, count);

	return 0;
}

static int cost_load(u64 count)
{
	u64 begin = ktime_get_ns(), i;
	struct cost_ser ser;
	int err;

	for (i = 0; i < count; i++) {
		err = luo_object_load(&cost_kind, i, &ser);
		if (err)
			return err;
		if (ser.start != i || ser.last != i + 1)
			return -EILSEQ;
	}
	cost_nsecs = div64_u64(ktime_get_ns() - begin, count);

	for (i = 0; i < count; i++) {
		const struct luo_object_id id = { cost_kind.name, i };

		err = luo_finish_object(&id);
		if (err)
			return err;
		cond_resched();
	}

	return 0;
}

static void cost_fill(struct cost_element_ser *elements, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		elements[i] = (struct cost_element_ser){
			.start = i,
			.last = i + 1,
			.node = i % 7,
		};
	}
}

static int cost_save_elements(struct cost_element_ser *elements, u64 count)
{
	struct cost_table_ser ser;
	struct luo_array array;
	u64 begin;
	int err;

	cost_fill(elements, count);
	begin = ktime_get_ns();
	err = luo_elements_save(&ser.elements, &array, &cost_element_kind,
				elements, count, GFP_KERNEL);
	if (err)
		return err;
	cost_nsecs = ktime_get_ns() - begin;

	err = luo_object_save(&cost_table_kind, 0, &ser);
	if (err)
		luo_array_free(&array);

	return err;
}

static int cost_load_elements(u64 count)
{
	const struct luo_object_id id = { .kind = cost_table_kind.name };
	const struct cost_element_ser *elements;
	struct cost_table_ser ser;
	void *copy = NULL;
	u64 begin;
	int err;

	err = luo_object_load(&cost_table_kind, 0, &ser);
	if (err)
		return err;

	begin = ktime_get_ns();
	err = luo_elements_copy(&ser.elements, &cost_element_kind, &copy);
	if (err)
		return err;
	cost_nsecs = ktime_get_ns() - begin;

	elements = copy;
	if (ser.elements.count != count || elements[count - 1].last != count)
		err = -EILSEQ;
	kvfree(copy);
	err = err ?: luo_elements_finish(&ser.elements);

	return err ?: luo_finish_object(&id);
}

static int cost_copy(struct cost_element_ser *elements, u64 count)
{
	size_t size = count * sizeof(*elements);
	void *copy __free(kvfree) = kvmalloc(size, GFP_KERNEL | __GFP_ZERO);
	static u32 crc;
	u64 begin;

	if (!copy)
		return -ENOMEM;

	cost_fill(elements, count);
	begin = ktime_get_ns();
	memcpy(copy, elements, size);
	WRITE_ONCE(crc, crc32c(~0, copy, size));
	cost_nsecs = ktime_get_ns() - begin;

	return 0;
}

static int cost_run(struct luo_test_line *line)
{
	u64 count = luo_test_number(line, 1);

	if (line->bad || !count || count > COST_COUNT_MAX)
		return -ERANGE;
	if (!strcmp(line->word[0], "save"))
		return cost_save(count);
	if (!strcmp(line->word[0], "load"))
		return cost_load(count);
	if (!strcmp(line->word[0], "load-elements"))
		return cost_load_elements(count);

	struct cost_element_ser *elements __free(kvfree) =
		kvcalloc(count, sizeof(*elements), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;

	if (!strcmp(line->word[0], "save-elements"))
		return cost_save_elements(elements, count);
	if (!strcmp(line->word[0], "copy"))
		return cost_copy(elements, count);

	return -ERANGE;
}

static struct luo_object_kind *const cost_kinds[] = {
	&cost_kind, &cost_table_kind,
};

static void cost_unregister(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cost_kinds); i++)
		luo_object_unregister_kind(cost_kinds[i]);
}

/* Other tests list all kinds that are registered, which these are only for a line. */
static int cost_register(void)
{
	int err;

	for (unsigned int i = 0; i < ARRAY_SIZE(cost_kinds); i++) {
		err = luo_object_register_kind(cost_kinds[i]);
		if (err) {
			cost_unregister();
			return err;
		}
	}

	return 0;
}

static ssize_t cost_write(struct file *file, const char __user *from,
			  size_t count, loff_t *pos)
{
	char *text __free(kfree) = memdup_user_nul(from, count);
	struct luo_test_line line = {};
	int err;

	if (IS_ERR(text))
		return PTR_ERR(no_free_ptr(text));

	guard(mutex)(&cost_lock);
	cost_nsecs = 0;
	err = luo_test_split(&line, strim(text)) ?: cost_register();
	if (err)
		return err;

	err = cost_run(&line);
	cost_unregister();

	return err ?: count;
}

static ssize_t cost_read(struct file *file, char __user *to, size_t count,
			 loff_t *pos)
{
	char line[24];
	int len = scnprintf(line, sizeof(line), "%llu\n", cost_nsecs);

	return simple_read_from_buffer(to, count, pos, line, len);
}

static const struct file_operations cost_fops = {
	.owner	= THIS_MODULE,
	.write	= cost_write,
	.read	= cost_read,
};

static int __init cost_init(void)
{
	debugfs_create_file("luo_object_test_cost", 0600, NULL, NULL, &cost_fops);

	return 0;
}
late_initcall(cost_init);
