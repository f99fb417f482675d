// SPDX-License-Identifier: GPL-2.0
/*
 * A subsystem with state that survives live updates: it counts the kernels that
 * it has run in. It is the example of Documentation/core-api/luo-objects.rst.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/luo_object.h>
#include <linux/module.h>
#include <linux/timekeeping.h>

/* The state, in whatever form the code likes it. */
struct sample_state {
	u64 nr_kernels;
	time64_t since;
};

static struct sample_state sample;

/* Its versions on the wire: fixed-width fields, no holes, never changed. */
struct sample_ser_v0 {
	u64 nr_kernels;
};

struct sample_ser_v1 {
	u64 nr_kernels;
	u64 since;
};

static int sample_save_v0(void *wire, const void *object)
{
	const struct sample_state *state = object;
	struct sample_ser_v0 *v0 = wire;

	v0->nr_kernels = state->nr_kernels;

	return 0;
}

static int sample_load_v0(const void *wire, void *object)
{
	const struct sample_ser_v0 *v0 = wire;
	struct sample_state *state = object;

	state->nr_kernels = v0->nr_kernels;
	state->since = ktime_get_real_seconds();

	return 0;
}

static int sample_save_v1(void *wire, const void *object)
{
	const struct sample_state *state = object;
	struct sample_ser_v1 *v1 = wire;

	v1->nr_kernels = state->nr_kernels;
	v1->since = state->since;

	return 0;
}

static int sample_load_v1(const void *wire, void *object)
{
	const struct sample_ser_v1 *v1 = wire;
	struct sample_state *state = object;

	state->nr_kernels = v1->nr_kernels;
	state->since = v1->since;

	return 0;
}

/* Newest first. A version is retired by deleting its entry. */
static const struct luo_object_version sample_versions[] = {
	{
		.version = 1,
		.size = sizeof(struct sample_ser_v1),
		.save = sample_save_v1,
		.load = sample_load_v1,
	},
	{
		.version = 0,
		.size = sizeof(struct sample_ser_v0),
		.save = sample_save_v0,
		.load = sample_load_v0,
	},
};

static struct luo_object_kind sample_kind = {
	.name = "sample",
	.versions = sample_versions,
	.nr_versions = ARRAY_SIZE(sample_versions),
	.owner = THIS_MODULE,
};

static const struct luo_object_id sample_id = { .kind = "sample" };

static int __init sample_init(void)
{
	int err;

	err = luo_object_register_kind(&sample_kind);
	if (err)
		return err;

	err = luo_object_load(&sample_kind, sample_id.instance, &sample);
	if (err)
		sample.since = ktime_get_real_seconds();
	luo_finish_object(&sample_id);

	sample.nr_kernels++;
	err = luo_object_save(&sample_kind, sample_id.instance, &sample);
	if (err) {
		luo_object_unregister_kind(&sample_kind);
		return err;
	}

	pr_info("kernel %llu of a chain that began %lld seconds ago\n",
		sample.nr_kernels, ktime_get_real_seconds() - sample.since);

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
