// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A kind of an older and a newer kernel
 *
 * A kind with fields. CONFIG_LUO_OBJECT_TEST_OLD builds it without its newest version, so
 * that selftests can hand objects from one build to another and back. A program saves and
 * loads objects through /sys/kernel/debug/luo_object_test_kind:
 *
 * - writing "INSTANCE LEVEL COLOUR" saves an object;
 * - writing "INSTANCE" loads and finishes one, and reading returns it in the same form.
 *   The older kernel has no colour and returns 0.
 */

#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/luo_field.h>
#include <linux/luo_object.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>

struct test_ser {
	u64 level;
#ifndef CONFIG_LUO_OBJECT_TEST_OLD
	u64 colour;
#endif
};

#ifdef CONFIG_LUO_OBJECT_TEST_OLD

#define TEST_FIELDS(field, ser)						\
	field(ser, 0, u64, level, .min = 1, .max = 100)

#define TEST_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

#else

#define TEST_FIELDS(field, ser)						\
	field(ser, 0, u64, level, .min = 1, .max = 100)			\
	field(ser, 1, u64, colour, .fallback = 7)

#define TEST_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, mandatory)

#endif

LUO_DEFINE_KIND(test, struct test_ser, TEST_FIELDS, TEST_VERSIONS);

static struct {
	u64 instance;
	struct test_ser ser;
} test_loaded;

static u64 test_colour(const struct test_ser *ser)
{
#ifdef CONFIG_LUO_OBJECT_TEST_OLD
	return 0;
#else
	return ser->colour;
#endif
}

static int test_save(u64 instance, u64 level, u64 colour)
{
	struct test_ser ser = {
		.level = level,
#ifndef CONFIG_LUO_OBJECT_TEST_OLD
		.colour = colour,
#endif
	};

	return luo_object_save(&test_kind, instance, &ser);
}

static int test_load(u64 instance)
{
	const struct luo_object_id id = { "test", instance };
	int err;

	err = luo_object_load(&test_kind, instance, &test_loaded.ser);
	if (err)
		return err;
	test_loaded.instance = instance;

	return luo_finish_object(&id);
}

static ssize_t test_write(struct file *file, const char __user *from,
			  size_t count, loff_t *pos)
{
	char *words __free(kfree) = memdup_user_nul(from, count);
	u64 instance, level, colour;
	int nr, err = -EINVAL;

	if (IS_ERR(words))
		return PTR_ERR(no_free_ptr(words));

	nr = sscanf(words, "%llu %llu %llu", &instance, &level, &colour);
	if (nr == 1)
		err = test_load(instance);
	else if (nr == 3)
		err = test_save(instance, level, colour);

	return err ?: count;
}

static ssize_t test_read(struct file *file, char __user *to, size_t count,
			 loff_t *pos)
{
	char line[64];
	int len = scnprintf(line, sizeof(line), "%llu %llu %llu\n",
			    test_loaded.instance, test_loaded.ser.level,
			    test_colour(&test_loaded.ser));

	return simple_read_from_buffer(to, count, pos, line, len);
}

static const struct file_operations test_fops = {
	.owner	= THIS_MODULE,
	.write	= test_write,
	.read	= test_read,
};

static int __init test_init(void)
{
	int err = luo_object_register_kind(&test_kind);

	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	debugfs_create_file("luo_object_test_kind", 0600, NULL, NULL,
			    &test_fops);

	return 0;
}
late_initcall(test_init);
