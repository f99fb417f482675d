// SPDX-License-Identifier: GPL-2.0
/*
 * A subsystem with state that survives live updates: it counts the kernels in which it
 * has run. It is the first example of Documentation/core-api/luo-objects.rst.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/luo_field.h>
#include <linux/luo_object.h>
#include <linux/module.h>
#include <linux/timekeeping.h>

struct sample_ser {
	u64 nr_kernels;
	u64 since;
};

#define SAMPLE_FIELDS(field, ser)					\
	field(ser, 0, u64, nr_kernels, .min = 1)			\
	field(ser, 1, u64, since, .droppable = true)

#define SAMPLE_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND(sample, struct sample_ser, SAMPLE_FIELDS, SAMPLE_VERSIONS);

static const struct luo_object_id sample_id = { .kind = "sample" };

static int __init sample_init(void)
{
	struct sample_ser sample = {};
	int load_err, err;

	err = luo_object_register_kind(&sample_kind);
	if (err)
		return err;

	/* An object that cannot be read stays: another kernel may be able to read it. */
	load_err = luo_object_load(&sample_kind, sample_id.instance, &sample);
	if (load_err && load_err != -ENOENT)
		luo_object_report_failure("the count of kernels: %pe", ERR_PTR(load_err));

	sample.nr_kernels++;
	sample.since = sample.since ?: ktime_get_real_seconds();
	pr_info("kernel %llu of a chain that began at %llu\n",
		sample.nr_kernels, sample.since);

	err = luo_object_save(&sample_kind, sample_id.instance, &sample);
	if (err) {
		luo_object_unregister_kind(&sample_kind);
		return err;
	}

	/* Free the old object only now: until the save it is the only copy. */
	if (!load_err)
		luo_finish_object(&sample_id);

	return 0;
}
module_init(sample_init);

static void __exit sample_exit(void)
{
	luo_abort_object(&sample_id);
	luo_object_unregister_kind(&sample_kind);
}
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample user of versioned objects");
MODULE_LICENSE("GPL");
