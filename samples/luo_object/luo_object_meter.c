// SPDX-License-Identifier: GPL-2.0
/*
 * A driver with state that survives live updates. It has no hardware: user space writes
 * the readings of the meter to an attribute. It is the second example of
 * Documentation/core-api/luo-objects.rst.
 *
 * This is version 2 of the driver. luo_object_meter_v1.c builds version 1, which has no
 * peak, from the same source, so that a host can be updated from one to the other and
 * rolled back.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/luo_field.h>
#include <linux/luo_object.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#ifndef METER_VERSION
#define METER_VERSION 2
#endif

struct meter_ser {
	u64 total;
	u32 limit;
	u32 nr_kernels;
#if METER_VERSION >= 2
	u64 peak;
#endif
};

#if METER_VERSION >= 2
#define METER_FIELDS(field, ser)					\
	field(ser, 1, u64, total)					\
	field(ser, 1, u32, limit, .min = 1, .fallback = 100)		\
	field(ser, 1, u32, nr_kernels)					\
	field(ser, 2, u64, peak, .droppable = true)

#define METER_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)
#else
#define METER_FIELDS(field, ser)					\
	field(ser, 1, u64, total)					\
	field(ser, 1, u32, limit, .min = 1, .fallback = 100)		\
	field(ser, 1, u32, nr_kernels)

#define METER_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)
#endif

LUO_DEFINE_KIND(meter, struct meter_ser, METER_FIELDS, METER_VERSIONS);

static const struct luo_object_id meter_id = { .kind = "meter" };

static unsigned int limit = 100;
module_param(limit, uint, 0444);
MODULE_PARM_DESC(limit, "The largest reading, if the previous kernel has handed over none");

struct meter {
	struct mutex lock;	/* Protects all other members. */
	bool stopped;		/* The object was updated for the last time. */
	struct meter_ser ser;
};

static ssize_t reading_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct meter *meter = dev_get_drvdata(dev);
	u32 reading;
	int err;

	err = kstrtou32(buf, 0, &reading);
	if (err)
		return err;

	guard(mutex)(&meter->lock);

	if (meter->stopped)
		return -ESHUTDOWN;
	if (reading > meter->ser.limit)
		return -ERANGE;

	meter->ser.total += reading;
#if METER_VERSION >= 2
	meter->ser.peak = max_t(u64, meter->ser.peak, reading);
#endif
	return count;
}
static DEVICE_ATTR_WO(reading);

static ssize_t limit_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct meter *meter = dev_get_drvdata(dev);

	guard(mutex)(&meter->lock);
	return sysfs_emit(buf, "%u\n", meter->ser.limit);
}

static ssize_t limit_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct meter *meter = dev_get_drvdata(dev);
	u32 value;
	int err;

	err = kstrtou32(buf, 0, &value);
	if (err)
		return err;
	if (!value)
		return -ERANGE;

	guard(mutex)(&meter->lock);

	if (meter->stopped)
		return -ESHUTDOWN;

	meter->ser.limit = value;
	return count;
}
static DEVICE_ATTR_RW(limit);

static ssize_t total_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct meter *meter = dev_get_drvdata(dev);

	guard(mutex)(&meter->lock);
	return sysfs_emit(buf, "%llu\n", meter->ser.total);
}
static DEVICE_ATTR_RO(total);

static ssize_t nr_kernels_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct meter *meter = dev_get_drvdata(dev);

	guard(mutex)(&meter->lock);
	return sysfs_emit(buf, "%u\n", meter->ser.nr_kernels);
}
static DEVICE_ATTR_RO(nr_kernels);

#if METER_VERSION >= 2
static ssize_t peak_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct meter *meter = dev_get_drvdata(dev);

	guard(mutex)(&meter->lock);
	return sysfs_emit(buf, "%llu\n", meter->ser.peak);
}
static DEVICE_ATTR_RO(peak);
#endif

static struct attribute *meter_attrs[] = {
	&dev_attr_reading.attr,
	&dev_attr_limit.attr,
	&dev_attr_total.attr,
	&dev_attr_nr_kernels.attr,
#if METER_VERSION >= 2
	&dev_attr_peak.attr,
#endif
	NULL
};
ATTRIBUTE_GROUPS(meter);

/*
 * Free the object of the previous kernel only after the state was saved for the next
 * one. If the save fails, the next probe loads the object again.
 */
static int meter_probe(struct platform_device *pdev)
{
	struct meter_ser handed_over = {};
	struct meter *meter;
	int load_err;
	int err;

	meter = devm_kzalloc(&pdev->dev, sizeof(*meter), GFP_KERNEL);
	if (!meter)
		return -ENOMEM;

	err = devm_mutex_init(&pdev->dev, &meter->lock);
	if (err)
		return err;

	platform_set_drvdata(pdev, meter);
	meter->ser.limit = limit;

	load_err = luo_object_load(&meter_kind, meter_id.instance, &handed_over);
	if (!load_err)
		meter->ser = handed_over;
	else if (load_err != -ENOENT && load_err != -EOPNOTSUPP)
		dev_warn(&pdev->dev, "the state of the previous kernel was not restored: %pe\n", ERR_PTR(load_err));

	meter->ser.nr_kernels++;
	err = luo_object_save(&meter_kind, meter_id.instance, &meter->ser);
	if (err && err != -EOPNOTSUPP)
		return err;

	if (!load_err)
		luo_finish_object(&meter_id);

	dev_info(&pdev->dev, "total %llu, limit %u, in kernel %u\n",
		 meter->ser.total, meter->ser.limit, meter->ser.nr_kernels);
	return 0;
}

/* Update the object, which was saved when the device was probed. */
static void meter_shutdown(struct platform_device *pdev)
{
	struct meter *meter = platform_get_drvdata(pdev);
	int err;

	guard(mutex)(&meter->lock);

	meter->stopped = true;
	err = luo_object_update(&meter_kind, meter_id.instance, &meter->ser);
	if (err && err != -EOPNOTSUPP)
		dev_err(&pdev->dev, "cannot store the last values, the next kernel gets those of the probe: %pe\n", ERR_PTR(err));
}

static void meter_remove(struct platform_device *pdev)
{
	luo_abort_object(&meter_id);
}

static struct platform_driver meter_driver = {
	.probe = meter_probe,
	.remove = meter_remove,
	.shutdown = meter_shutdown,
	.driver = {
		.name = "luo_object_meter",
		.dev_groups = meter_groups,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static struct platform_device *meter_device;
static bool hands_over;

static int __init meter_init(void)
{
	int err;

	if (!limit)
		return -EINVAL;

	/* Without live update, the driver works but loses its state. */
	err = luo_object_register_kind(&meter_kind);
	if (err && err != -EOPNOTSUPP)
		return err;
	hands_over = !err;

	err = platform_driver_register(&meter_driver);
	if (err)
		goto err_kind;

	meter_device = platform_device_register_simple(meter_driver.driver.name,
						       PLATFORM_DEVID_NONE, NULL, 0);
	err = PTR_ERR_OR_ZERO(meter_device);
	if (err)
		goto err_driver;

	return 0;

err_driver:
	platform_driver_unregister(&meter_driver);
err_kind:
	if (hands_over)
		luo_object_unregister_kind(&meter_kind);
	return err;
}
module_init(meter_init);

static void __exit meter_exit(void)
{
	platform_device_unregister(meter_device);
	platform_driver_unregister(&meter_driver);
	if (hands_over)
		luo_object_unregister_kind(&meter_kind);
}
module_exit(meter_exit);

MODULE_DESCRIPTION("Sample driver with a versioned object");
MODULE_VERSION(__stringify(METER_VERSION));
MODULE_LICENSE("GPL");
