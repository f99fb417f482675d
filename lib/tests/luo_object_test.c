// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The test driver of versioned objects
 *
 * Lets a program make the calls of linux/luo_object.h, linux/luo_array.h and
 * linux/luo_pool.h before and after a kexec, by lines written to
 * ``/sys/kernel/debug/luo_object_test/command``. write() returns the result of the
 * call; ``result`` has it too, as a number, or the output of a successful call. The
 * data of an object is a pattern that depends on a seed, so that a read can check it:
 * -EILSEQ means that the data is wrong.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/luo_array.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../../kernel/liveupdate/luo_object_internal.h"
#include "luo_object_test_pool.h"
#include "luo_pattern.h"
#include "luo_test_line.h"

static DEFINE_MUTEX(luo_test_lock);
static char luo_test_result[128];

/* store|update|read KIND INSTANCE VERSION SIZE SEED [optional] */
static int luo_test_one(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	u64 version = luo_test_number(line, 3);
	u64 size = luo_test_number(line, 4);
	u64 seed = luo_test_number(line, 5);
	u32 flags = line->nr > 6 ? LUO_OBJECT_RECORD_OPTIONAL : 0;
	int err;

	/* Allow the smallest size that is too large, to test that it is refused. */
	if (line->bad || size > 2 * LUO_OBJECT_SIZE_MAX)
		return -ERANGE;

	u8 *data __free(kvfree) = kvzalloc(size + 1, GFP_KERNEL);
	if (!data)
		return -ENOMEM;

	if (!strcmp(line->word[0], "read")) {
		err = luo_read_object(data, size, &id, version);
		if (err)
			return err;
		return luo_pattern_holds(data, size, seed) ? 0 : -EILSEQ;
	}

	luo_pattern_fill(data, size, seed);
	if (!strcmp(line->word[0], "update"))
		return luo_replace_object(data, size, &id, version);

	return luo_store_object_flags(data, size, &id, version, flags);
}

/* abort KIND INSTANCE */
static int luo_test_abort(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);

	if (line->bad)
		return -ERANGE;

	luo_abort_object(&id);

	return 0;
}

/* finish KIND INSTANCE */
static int luo_test_finish(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);

	return line->bad ? -ERANGE : luo_finish_object(&id);
}

#define BULK_SIZE_MAX	256

static int luo_test_bulk_one(const char *command, struct luo_object_id *id,
			     u64 *data, const u64 *expected, u64 size)
{
	int err;

	if (!strcmp(command, "bulk-read")) {
		err = luo_read_object(data, size, id, 0);
		if (err)
			return err;
		if (data[0] != id->instance ||
		    memcmp(data + 1, expected + 1, size - sizeof(*data)))
			return -EILSEQ;
		return 0;
	}

	if (!strcmp(command, "bulk-finish"))
		return luo_finish_object(id);

	if (!strcmp(command, "bulk-abort")) {
		luo_abort_object(id);
		return 0;
	}

	data[0] = id->instance;

	return luo_store_object(data, size, id, 0);
}

/*
 * bulk-store|bulk-read|bulk-finish|bulk-abort KIND COUNT SIZE SEED
 *
 * Reads are in a scattered order. Result: nanoseconds per object, the average of all.
 */
static int luo_test_bulk(struct luo_test_line *line)
{
	u64 data[BULK_SIZE_MAX / 8], expected[BULK_SIZE_MAX / 8];
	struct luo_object_id id = { .kind = line->word[1] };
	u64 count = luo_test_number(line, 2);
	u64 size = luo_test_number(line, 3);
	u64 seed = luo_test_number(line, 4);
	const u64 step = 7919;
	u64 i, begin, end;
	int err;

	if (line->bad || !count || size < 8 || size > BULK_SIZE_MAX ||
	    !(count % step))
		return -ERANGE;

	luo_pattern_fill(expected, size, seed);
	memcpy(data, expected, size);

	begin = ktime_get_ns();
	for (i = 0; i < count; i++) {
		/* Steps of a prime that does not divide the count visit each object once. */
		id.instance = i * step % count;
		err = luo_test_bulk_one(line->word[0], &id, data, expected,
					size);
		if (err)
			return err;
		if (!(i % 1024))
			cond_resched();
	}
	end = ktime_get_ns();
	scnprintf(luo_test_result, sizeof(luo_test_result), "%llu",
		  div64_u64(end - begin, count));

	return 0;
}

/*
 * Kinds for register, save and load: versions 0 to 7, each larger than the one
 * before. The object is the seed of a pattern.
 */
struct luo_test_object {
	u64 seed;
	unsigned int loaded;
};

#define VERSION_SIZE(v)		(16 + 8 * (v))
#define NR_VERSIONS		8

#define LUO_TEST_VERSION(v)						\
enum { luo_test_v##v = (v) };						\
									\
static int luo_test_save_v##v(void *wire, const void *object)		\
{									\
	const struct luo_test_object *o = object;			\
									\
	luo_pattern_fill(wire, VERSION_SIZE(luo_test_v##v),		\
			 o->seed + luo_test_v##v);			\
									\
	return 0;							\
}									\
									\
static int luo_test_load_v##v(const void *wire, void *object)		\
{									\
	struct luo_test_object *o = object;				\
									\
	o->loaded = luo_test_v##v;					\
									\
	return luo_pattern_holds(wire, VERSION_SIZE(luo_test_v##v),	\
				 o->seed + luo_test_v##v) ?		\
	       0 : -EILSEQ;						\
}

LUO_TEST_VERSION(0)
LUO_TEST_VERSION(1)
LUO_TEST_VERSION(2)
LUO_TEST_VERSION(3)
LUO_TEST_VERSION(4)
LUO_TEST_VERSION(5)
LUO_TEST_VERSION(6)
LUO_TEST_VERSION(7)

#define LUO_TEST_VERSION_ENTRY(v) {					\
	.version = luo_test_v##v,					\
	.size = VERSION_SIZE(luo_test_v##v),				\
	.save = luo_test_save_v##v,					\
	.load = luo_test_load_v##v,					\
}

static const struct luo_object_version luo_test_versions[NR_VERSIONS] = {
	LUO_TEST_VERSION_ENTRY(0), LUO_TEST_VERSION_ENTRY(1),
	LUO_TEST_VERSION_ENTRY(2), LUO_TEST_VERSION_ENTRY(3),
	LUO_TEST_VERSION_ENTRY(4), LUO_TEST_VERSION_ENTRY(5),
	LUO_TEST_VERSION_ENTRY(6), LUO_TEST_VERSION_ENTRY(7),
};

struct luo_test_kind {
	struct list_head list;
	struct luo_object_kind kind;
	struct luo_object_version versions[NR_VERSIONS];
	char name[LUO_OBJECT_KIND_LEN];
};

static LIST_HEAD(luo_test_kinds);

static struct luo_test_kind *luo_test_kind(const char *name)
{
	struct luo_test_kind *kind;

	list_for_each_entry(kind, &luo_test_kinds, list) {
		if (!strcmp(kind->name, name))
			return kind;
	}

	return NULL;
}

/*
 * register KIND VERSION,... - newest first. A version with r is only read, with
 * w only written, with o optional.
 */
static int luo_test_register(struct luo_test_line *line)
{
	struct luo_test_kind *kind;
	char *list, *word;
	int err;

	if (line->nr != 3)
		return -ERANGE;

	kind = kzalloc_obj(*kind);
	if (!kind)
		return -ENOMEM;

	strscpy(kind->name, line->word[1]);
	kind->kind.name = kind->name;
	kind->kind.versions = kind->versions;
	list = line->word[2];
	while ((word = strsep(&list, ","))) {
		struct luo_object_version *version =
			&kind->versions[kind->kind.nr_versions++];

		err = -ERANGE;
		if (kind->kind.nr_versions > NR_VERSIONS || *word < '0' ||
		    *word >= '0' + NR_VERSIONS)
			goto err_free;

		*version = luo_test_versions[*word - '0'];
		if (strchr(word, 'r'))
			version->save = NULL;
		if (strchr(word, 'w'))
			version->load = NULL;
		if (strchr(word, 'o'))
			version->flags = LUO_OBJECT_RECORD_OPTIONAL;
	}

	err = luo_object_register_kind(&kind->kind);
	if (err)
		goto err_free;
	list_add(&kind->list, &luo_test_kinds);

	return 0;

err_free:
	kfree(kind);

	return err;
}

/* unregister KIND */
static int luo_test_unregister(struct luo_test_line *line)
{
	struct luo_test_kind *kind = luo_test_kind(line->word[1]);

	if (!kind)
		return -ENODEV;

	luo_object_unregister_kind(&kind->kind);
	list_del(&kind->list);
	kfree(kind);

	return 0;
}

/* save|load KIND INSTANCE SEED - result of load: the version it was in */
static int luo_test_save_load(struct luo_test_line *line)
{
	struct luo_test_kind *kind = luo_test_kind(line->word[1]);
	struct luo_test_object object = { .seed = luo_test_number(line, 3) };
	u64 instance = luo_test_number(line, 2);
	int err;

	if (line->bad)
		return -ERANGE;
	if (!kind)
		return -ENODEV;

	if (!strcmp(line->word[0], "save"))
		return luo_object_save(&kind->kind, instance, &object);

	err = luo_object_load(&kind->kind, instance, &object);
	if (!err)
		scnprintf(luo_test_result, sizeof(luo_test_result), "%u",
			  object.loaded);

	return err;
}

/* An array, and the object that has its handle. */
struct luo_test_array_ser {
	u64 handle;
	u64 count;
	u32 element_size;
	u32 reserved;
};

struct luo_test_array {
	struct list_head list;
	struct luo_array array;
	u64 instance;
};

static LIST_HEAD(luo_test_arrays);

/* array-store KIND INSTANCE ELEMENT_SIZE COUNT SEED */
static int luo_test_array_store(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	u64 element_size = luo_test_number(line, 3);
	u64 count = luo_test_number(line, 4);
	u64 seed = luo_test_number(line, 5);
	struct luo_test_array_ser ser = {};
	struct luo_test_array *test;
	int err;

	if (line->bad)
		return -ERANGE;

	test = kzalloc_obj(*test);
	if (!test)
		return -ENOMEM;

	err = luo_array_alloc(&test->array, element_size, count, GFP_KERNEL);
	if (err)
		goto err_free;

	luo_pattern_fill(test->array.data, element_size * count, seed);
	luo_array_seal(&test->array);
	ser.handle = test->array.handle;
	ser.count = count;
	ser.element_size = element_size;
	err = luo_store_object(&ser, sizeof(ser), &id, 0);
	if (err)
		goto err_array;
	test->instance = id.instance;
	list_add(&test->list, &luo_test_arrays);

	return 0;

err_array:
	luo_array_free(&test->array);
err_free:
	kfree(test);

	return err;
}

/* array-abort KIND INSTANCE */
static int luo_test_array_abort(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	struct luo_test_array *test;

	if (line->bad)
		return -ERANGE;

	list_for_each_entry(test, &luo_test_arrays, list) {
		if (test->instance != id.instance)
			continue;
		luo_abort_object(&id);
		luo_array_free(&test->array);
		list_del(&test->list);
		kfree(test);
		return 0;
	}

	return -ENOENT;
}

/* array-load KIND INSTANCE SEED - checks the array, frees it, and finishes */
static int luo_test_array_load(struct luo_test_line *line)
{
	struct luo_object_id id = luo_test_id(line);
	u64 seed = luo_test_number(line, 3);
	struct luo_test_array_ser ser;
	struct luo_array array;
	int err;

	if (line->bad)
		return -ERANGE;

	err = luo_read_object(&ser, sizeof(ser), &id, 0);
	if (err)
		return err;

	err = luo_array_restore(&array, ser.handle, ser.element_size,
				ser.count);
	if (err)
		return err;

	if (!luo_pattern_holds(array.data, ser.element_size * ser.count, seed))
		err = -EILSEQ;
	luo_array_free(&array);

	return err ?: luo_finish_object(&id);
}

static const struct {
	const char *name;
	int (*run)(struct luo_test_line *line);
} luo_test_commands[] = {
	{ "store", luo_test_one },
	{ "update", luo_test_one },
	{ "read", luo_test_one },
	{ "abort", luo_test_abort },
	{ "finish", luo_test_finish },
	{ "bulk-store", luo_test_bulk },
	{ "bulk-read", luo_test_bulk },
	{ "bulk-finish", luo_test_bulk },
	{ "bulk-abort", luo_test_bulk },
	{ "register", luo_test_register },
	{ "unregister", luo_test_unregister },
	{ "save", luo_test_save_load },
	{ "load", luo_test_save_load },
	{ "array-store", luo_test_array_store },
	{ "array-abort", luo_test_array_abort },
	{ "array-load", luo_test_array_load },
	{ "pool-store", luo_test_pool_store },
	{ "pool-abort", luo_test_pool_abort },
	{ "pool-load", luo_test_pool_load },
};

static int luo_test_run(char *text)
{
	struct luo_test_line line = {};
	unsigned int i;

	if (luo_test_split(&line, strim(text)) || line.nr < 2)
		return -ERANGE;

	for (i = 0; i < ARRAY_SIZE(luo_test_commands); i++) {
		if (!strcmp(line.word[0], luo_test_commands[i].name))
			return luo_test_commands[i].run(&line);
	}

	return -ERANGE;
}

static ssize_t luo_test_write(struct file *file, const char __user *buf,
			      size_t count, loff_t *pos)
{
	char *text __free(kfree) = NULL;
	char *copy;
	int err;

	if (count >= PAGE_SIZE)
		return -E2BIG;

	copy = memdup_user_nul(buf, count);
	if (IS_ERR(copy))
		return PTR_ERR(copy);
	text = copy;

	guard(mutex)(&luo_test_lock);
	luo_test_result[0] = '\0';
	err = luo_test_run(text);
	if (err)
		scnprintf(luo_test_result, sizeof(luo_test_result), "%d", err);

	return err ?: count;
}

static const struct file_operations luo_test_command_fops = {
	.owner	= THIS_MODULE,
	.open	= nonseekable_open,
	.write	= luo_test_write,
};

static ssize_t luo_test_read(struct file *file, char __user *buf, size_t count,
			     loff_t *pos)
{
	guard(mutex)(&luo_test_lock);

	return simple_read_from_buffer(buf, count, pos, luo_test_result,
				       strlen(luo_test_result));
}

static const struct file_operations luo_test_result_fops = {
	.owner	= THIS_MODULE,
	.read	= luo_test_read,
};

static int __init luo_test_init(void)
{
	struct dentry *dir = debugfs_create_dir("luo_object_test", NULL);

	debugfs_create_file("command", 0200, dir, NULL, &luo_test_command_fops);
	debugfs_create_file("result", 0400, dir, NULL, &luo_test_result_fops);

	return 0;
}
late_initcall(luo_test_init);
