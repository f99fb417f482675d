// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A file handler that fails on request
 *
 * LUO can hand over files of ``/dev/luo_file_test``, to test what the handlers of other
 * files in the session do if a live update is aborted. A file holds a number, which is
 * handed over. Writing a number sets it. Writing "preserve" or "freeze" and an errno
 * makes that callback fail with the errno from then on, and 0 makes it succeed. Reading
 * returns the number. A file with the largest number cannot be retrieved.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/anon_inodes.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define LUO_FILE_TEST_COMPATIBLE	"luo-file-test-v1"

/* The number of a file that cannot be retrieved. */
#define LUO_FILE_TEST_LOST		U64_MAX

struct luo_file_test {
	u64 number;
	unsigned int preserve_error;
	unsigned int freeze_error;
};

static int luo_file_test_set(struct luo_file_test *test, char *text)
{
	const char *word = strsep(&text, " ");
	unsigned int error;
	int err;

	if (!text)
		return kstrtou64(word, 0, &test->number);

	err = kstrtouint(text, 0, &error);
	if (err)
		return err;
	if (error > MAX_ERRNO)
		return -ERANGE;

	if (!strcmp(word, "preserve"))
		test->preserve_error = error;
	else if (!strcmp(word, "freeze"))
		test->freeze_error = error;
	else
		return -EINVAL;

	return 0;
}

static ssize_t luo_file_test_write(struct file *file, const char __user *buf,
				   size_t count, loff_t *pos)
{
	int err;

	char *text __free(kfree) = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);

	err = luo_file_test_set(file->private_data, strim(text));

	return err ?: count;
}

static ssize_t luo_file_test_read(struct file *file, char __user *buf,
				  size_t count, loff_t *pos)
{
	struct luo_file_test *test = file->private_data;
	char text[24];
	int len = scnprintf(text, sizeof(text), "%llu\n", test->number);
	loff_t start = 0;

	/* Each read() starts anew. */
	return simple_read_from_buffer(buf, count, &start, text, len);
}

static int luo_file_test_open(struct inode *inode, struct file *file)
{
	file->private_data = kzalloc_obj(struct luo_file_test);

	return file->private_data ? 0 : -ENOMEM;
}

static int luo_file_test_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);

	return 0;
}

static const struct file_operations luo_file_test_fops = {
	.owner		= THIS_MODULE,
	.open		= luo_file_test_open,
	.release	= luo_file_test_release,
	.read		= luo_file_test_read,
	.write		= luo_file_test_write,
};

static bool luo_file_test_can_preserve(struct liveupdate_file_handler *handler,
				       struct file *file)
{
	return file->f_op == &luo_file_test_fops;
}

static int luo_file_test_preserve(struct liveupdate_file_op_args *args)
{
	const struct luo_file_test *test = args->file->private_data;

	return -(int)test->preserve_error;
}

static void luo_file_test_unpreserve(struct liveupdate_file_op_args *args)
{
}

static int luo_file_test_freeze(struct liveupdate_file_op_args *args)
{
	const struct luo_file_test *test = args->file->private_data;

	args->serialized_data = test->number;

	return -(int)test->freeze_error;
}

static int luo_file_test_retrieve(struct liveupdate_file_op_args *args)
{
	struct luo_file_test *test;
	struct file *file;

	if (args->serialized_data == LUO_FILE_TEST_LOST)
		return -EIO;

	test = kzalloc_obj(*test);
	if (!test)
		return -ENOMEM;

	test->number = args->serialized_data;
	file = anon_inode_getfile("[luo_file_test]", &luo_file_test_fops, test,
				  O_RDWR);
	if (IS_ERR(file)) {
		kfree(test);
		return PTR_ERR(file);
	}
	args->file = file;

	return 0;
}

static void luo_file_test_finish(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops luo_file_test_ops = {
	.can_preserve	= luo_file_test_can_preserve,
	.preserve	= luo_file_test_preserve,
	.unpreserve	= luo_file_test_unpreserve,
	.freeze		= luo_file_test_freeze,
	.retrieve	= luo_file_test_retrieve,
	.finish		= luo_file_test_finish,
	.owner		= THIS_MODULE,
};

static struct liveupdate_file_handler luo_file_test_handler = {
	.ops = &luo_file_test_ops,
	.compatible = LUO_FILE_TEST_COMPATIBLE,
};

static struct miscdevice luo_file_test_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "luo_file_test",
	.fops	= &luo_file_test_fops,
	.mode	= 0600,
};

static int __init luo_file_test_init(void)
{
	int err;

	err = liveupdate_register_file_handler(&luo_file_test_handler);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;

	err = misc_register(&luo_file_test_device);
	if (err)
		liveupdate_unregister_file_handler(&luo_file_test_handler);

	return err;
}
late_initcall(luo_file_test_init);
