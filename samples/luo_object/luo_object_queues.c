// SPDX-License-Identifier: GPL-2.0
/*
 * Network devices with queues, without hardware: an example for a kind with several
 * objects that refer to objects of another kind, in Documentation/core-api/
 * luo-objects.rst. The module parameters describe the devices in the first kernel of a
 * chain. Each later kernel finds the devices that the kernel before had.
 *
 * This is version 2. luo_object_queues_v1.c builds version 1, which has no MTU, cannot
 * steer or filter packets and does not know the processor of a queue, from the same
 * source.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/luo_field.h>
#include <linux/luo_object.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#ifndef QUEUES_VERSION
#define QUEUES_VERSION 2
#endif

#define QUEUES_DEVICES_MAX	4

/* A limit of the rate, which several devices may share. */
struct queues_limit_ser {
	u64 rate;
};

#define QUEUES_LIMIT_FIELDS(field, ser)					\
	field(ser, 1, u64, rate, .min = 1)

#define QUEUES_LIMIT_VERSIONS(version, kind)				\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND(queues_limit, struct queues_limit_ser, QUEUES_LIMIT_FIELDS,
		QUEUES_LIMIT_VERSIONS);

/* A queue of a device. The next entry was called the head when version 1 was published. */
struct queues_queue_ser {
	u32 entries;
	u32 next;
#if QUEUES_VERSION >= 2
	u32 cpu;
	u32 reserved;
#endif
};

#define QUEUES_QUEUE_FIELDS_1(field, ser)				\
	field(ser, 1, u32, entries, .min = 1, .max = 4096)		\
	field(ser, 1, alias(u32, head), next, .max = 4095)

#if QUEUES_VERSION >= 2
#define QUEUES_QUEUE_FIELDS(field, ser)					\
	QUEUES_QUEUE_FIELDS_1(field, ser)				\
	field(ser, 2, u32, cpu, .droppable = true)			\
	field(ser, 2, reserved, reserved, .droppable = true)

#define QUEUES_QUEUE_VERSIONS(version, kind)				\
	version(kind, 2, element)					\
	version(kind, 1, element)
#else
#define QUEUES_QUEUE_FIELDS(field, ser)					\
	QUEUES_QUEUE_FIELDS_1(field, ser)

#define QUEUES_QUEUE_VERSIONS(version, kind)				\
	version(kind, 1, element)
#endif

LUO_DEFINE_KIND(queues_queue, struct queues_queue_ser, QUEUES_QUEUE_FIELDS,
		QUEUES_QUEUE_VERSIONS);

/* A device. */
#if QUEUES_VERSION >= 2
static const char *const queues_features[] = { "checksum", "segment", "steer" };
#else
static const char *const queues_features[] = { "checksum", "segment" };
#endif

struct queues_device_ser {
	char name[16];
	u32 nr_kernels;
	u32 features;
	u64 limit;
	struct luo_elements_ser queues;
#if QUEUES_VERSION >= 2
	u32 mtu;
	u32 reserved;
#endif
};

/* Limit 0 is a limit, so another number stands for no limit. */
#define QUEUES_DEVICE_FIELDS_1(field, ser)				\
	field(ser, 1, string, name)					\
	field(ser, 1, u32, nr_kernels, .min = 1)			\
	field(ser, 1, mask(queues_features), features)			\
	field(ser, 1, reference(queues_limit), limit, .none = U64_MAX)	\
	field(ser, 1, elements_of(queues_queue), queues)

#if QUEUES_VERSION >= 2
#define QUEUES_DEVICE_FIELDS(field, ser)				\
	QUEUES_DEVICE_FIELDS_1(field, ser)				\
	field(ser, 2, u32, mtu, .min = 68, .fallback = 1500)		\
	field(ser, 2, reserved, reserved)

/* The MTU that a device has in a kernel with version 1: large if it segments packets. */
static u32 queues_device_old_mtu(const struct queues_device_ser *device)
{
	return device->features & BIT(1) ? 9000 : 1500;
}

static int queues_device_upgrade(void *ser)
{
	struct queues_device_ser *device = ser;

	device->mtu = queues_device_old_mtu(device);

	return 0;
}

/* A kernel with version 1 knows neither the third feature nor another MTU. */
static int queues_device_downgrade(void *ser)
{
	struct queues_device_ser *device = ser;

	if (device->features & BIT(2) || device->mtu != queues_device_old_mtu(device))
		return -ENODATA;
	device->mtu = 1500;

	return 0;
}

#define QUEUES_DEVICE_VERSIONS(version, kind)				\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory, .upgrade = queues_device_upgrade,	\
		.downgrade = queues_device_downgrade)
#else
#define QUEUES_DEVICE_FIELDS(field, ser)				\
	QUEUES_DEVICE_FIELDS_1(field, ser)

#define QUEUES_DEVICE_VERSIONS(version, kind)				\
	version(kind, 1, mandatory)
#endif

#if QUEUES_VERSION >= 2
/* A filter of packets, which most devices do not use. */
struct queues_filter_ser {
	u32 port;
	u32 dropped;
};

#define QUEUES_FILTER_FIELDS(field, ser)				\
	field(ser, 1, u32, port, .max = 65535)				\
	field(ser, 1, u32, dropped, .droppable = true)

#define QUEUES_FILTER_VERSIONS(version, kind)				\
	version(kind, 1, mandatory)

LUO_DEFINE_SUBSECTION(queues_device, filter, struct queues_filter_ser,
		      QUEUES_FILTER_FIELDS, QUEUES_FILTER_VERSIONS);
#endif

/* The state of a driver: a device with its queues. */
struct queues_queue {
	struct list_head node;
	struct queues_queue_ser ser;
};

struct queues_device {
	struct queues_device_ser ser;
#if QUEUES_VERSION >= 2
	struct queues_filter_ser filter;
#endif
	struct list_head queues;
	bool saved;
};

#if QUEUES_VERSION >= 2
#define QUEUES_DEVICE_SUBSECTIONS(subsection, object)			\
	subsection(object, filter)
#else
#define QUEUES_DEVICE_SUBSECTIONS(subsection, object)			\
	LUO_NO_SUBSECTIONS(subsection, object)
#endif

#define QUEUES_DEVICE_MEMBERS(member, object)				\
	member(object, queues,						\
	       list(queues_queue, struct queues_queue, node, ser))

LUO_DEFINE_KIND_MEMBERS(queues_device, struct queues_device_ser,
			QUEUES_DEVICE_FIELDS, QUEUES_DEVICE_VERSIONS,
			struct queues_device, QUEUES_DEVICE_SUBSECTIONS,
			QUEUES_DEVICE_MEMBERS);

static unsigned int nr_devices = 2;
module_param_named(devices, nr_devices, uint, 0444);
MODULE_PARM_DESC(devices, "The number of devices, at most 4");

static unsigned int nr_queues = 2;
module_param_named(queues, nr_queues, uint, 0444);
MODULE_PARM_DESC(queues, "The number of queues of a device");

static struct queues_limit_ser limit = { .rate = 1000 };
module_param_named(rate, limit.rate, ullong, 0444);
MODULE_PARM_DESC(rate, "The rate that all devices but the first one share");

static unsigned int features = 3;
module_param(features, uint, 0444);
MODULE_PARM_DESC(features, "1 checksum, 2 segment, 4 steer, or the sum of some");

#if QUEUES_VERSION >= 2
static unsigned int mtu;
module_param(mtu, uint, 0444);
MODULE_PARM_DESC(mtu, "The MTU of all devices, 0 for that of version 1");

static unsigned int filter;
module_param(filter, uint, 0444);
MODULE_PARM_DESC(filter, "The port whose packets all devices but the first one drop, 0 for none");

static unsigned int dropped;
module_param(dropped, uint, 0644);
MODULE_PARM_DESC(dropped, "How many packets each filter has dropped until now");
#endif

static bool busy;
module_param(busy, bool, 0644);
MODULE_PARM_DESC(busy, "Devices have requests that must end before a kexec");

static bool iommu;
module_param(iommu, bool, 0444);
MODULE_PARM_DESC(iommu, "The devices are behind an IOMMU, and need its domain");

static const char *const queues_iommu_needs[] = { "domain", NULL };

static struct queues_device devices[QUEUES_DEVICES_MAX];

/* The devices are used also if the policy is not to hand them over, -EOPNOTSUPP. */
static int queues_save(u64 instance)
{
	struct queues_device *device = &devices[instance];
	int err = luo_object_save(&queues_device_kind, instance, device);

	device->saved = !err;

	return err == -EOPNOTSUPP ? 0 : err;
}

static int queues_save_limit(u64 instance)
{
	int err = luo_object_save(&queues_limit_kind, instance, &limit);

	return err == -EOPNOTSUPP ? 0 : err;
}

static int queues_load_limit(u64 instance)
{
	const struct luo_object_id id = { "queues_limit", instance };
	int err;

	if (instance)
		return -E2BIG;

	err = luo_object_load(&queues_limit_kind, instance, &limit);
	if (!err)
		err = queues_save_limit(instance);
	if (!err)
		luo_finish_object(&id);

	return err;
}

static int queues_load_device(u64 instance)
{
	struct queues_device *device;
	int err;

	if (instance >= QUEUES_DEVICES_MAX)
		return -E2BIG;

	device = &devices[instance];
	err = luo_object_load(&queues_device_kind, instance, device);
	if (err)
		return err;

	device->ser.nr_kernels++;
	err = queues_save(instance);
	if (err) {
		luo_object_unload(&queues_device_kind, device);
		return err;
	}

	/* Free the old object only now: until the save it is the only copy. */
	luo_object_finish(&queues_device_kind, instance);

	return 0;
}

/* A device comes after its limit. */
static int queues_load(const struct luo_object_kind *kind, u64 instance,
		       void *context)
{
	return kind == &queues_device_kind ? queues_load_device(instance) :
					     queues_load_limit(instance);
}

/* Load each device that the previous kernel had. Count also those that cannot be read. */
static int queues_load_all(unsigned int *found)
{
	struct luo_object_iter iter;
	int err;

	luo_object_for_each(&queues_device_kind, &iter) {
		err = luo_object_walk(&queues_device_kind, iter.instance,
				      queues_load, NULL);
		if (err)
			luo_object_report_failure("device %llu: %pe", iter.instance,
						  ERR_PTR(err));
		++*found;
	}

	return iter.err;
}

static int queues_add_queue(struct queues_device *device, u32 next, u32 cpu)
{
	struct queues_queue *queue = kzalloc_obj(*queue);

	if (!queue)
		return -ENOMEM;

	queue->ser.entries = 256;
	queue->ser.next = next;
#if QUEUES_VERSION >= 2
	queue->ser.cpu = cpu;
#endif
	list_add_tail(&queue->node, &device->queues);

	return 0;
}

/* Describe a device of the first kernel. All but device 0 have the limit and the filter. */
static int queues_describe(struct queues_device *device, unsigned int nr)
{
	unsigned int i;
	int err = 0;

	snprintf(device->ser.name, sizeof(device->ser.name), "net%u", nr);
	device->ser.nr_kernels = 1;
	device->ser.features = features;
	device->ser.limit = nr ? 0 : U64_MAX;
#if QUEUES_VERSION >= 2
	device->ser.mtu = mtu ?: queues_device_old_mtu(&device->ser);
	device->filter.port = nr ? filter : 0;
#endif
	for (i = 0; i < nr_queues && !err; i++)
		err = queues_add_queue(device, 10 * nr + i, i);

	return err;
}

static int queues_create(void)
{
	unsigned int i;
	int err = 0;

	if (nr_devices > QUEUES_DEVICES_MAX)
		return -EINVAL;

	if (nr_devices > 1)
		err = queues_save_limit(0);
	for (i = 0; i < nr_devices && !err; i++)
		err = queues_describe(&devices[i], i) ?: queues_save(i);

	return err;
}

static void queues_abort(void)
{
	unsigned int i;

	for (i = 0; i < QUEUES_DEVICES_MAX; i++) {
		luo_object_abort(&queues_device_kind, i);
		luo_object_unload(&queues_device_kind, &devices[i]);
		devices[i].saved = false;
	}
	luo_object_abort(&queues_limit_kind, 0);
}

/* The queues stop, and the last values of the devices are stored. */
static int queues_freeze(void)
{
	unsigned int i;
	int err;

	if (busy)
		return -EBUSY;

	for (i = 0; i < QUEUES_DEVICES_MAX; i++) {
		if (!devices[i].saved)
			continue;
#if QUEUES_VERSION >= 2
		if (devices[i].filter.port)
			devices[i].filter.dropped = dropped;
#endif
		err = luo_object_update(&queues_device_kind, i, &devices[i]);
		if (err)
			return err;
	}

	return 0;
}

/* The kexec was refused: the queues go on. */
static void queues_unfreeze(void)
{
	pr_info("the devices are used again\n");
}

static void queues_show(void)
{
	struct queues_queue *queue;
	unsigned int i, j;

	for (i = 0; i < QUEUES_DEVICES_MAX; i++) {
		j = 0;
		list_for_each_entry(queue, &devices[i].queues, node)
			pr_info("%s: queue %u of %zu has its head at %u\n",
				devices[i].ser.name, j++,
				list_count_nodes(&devices[i].queues),
				queue->ser.next);
	}
}

/* All kinds that the devices need are ready, and their objects are loaded. */
static int queues_start(void)
{
	unsigned int found = 0;
	int err;

	err = queues_load_all(&found);
	if (err)
		luo_object_report_failure("some of the devices: %pe", ERR_PTR(err));
	if (!err && !found) {
		err = queues_create();
		if (err)
			queues_abort();
	}
	queues_show();

	/* Keep the devices that were loaded: they are finished. */
	return found ? 0 : err;
}

static void queues_unregister(void)
{
	luo_object_unregister_kind(&queues_device_kind);
	luo_object_unregister_kind(&queues_limit_kind);
}

static int __init queues_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < QUEUES_DEVICES_MAX; i++)
		INIT_LIST_HEAD(&devices[i].queues);
	queues_device_kind.freeze = queues_freeze;
	queues_device_kind.unfreeze = queues_unfreeze;
	queues_device_kind.ready = queues_start;
	if (iommu)
		queues_device_kind.needs = queues_iommu_needs;
	err = luo_object_register_kind(&queues_limit_kind);
	if (!err)
		err = luo_object_register_kind(&queues_device_kind);
	if (err)
		queues_unregister();

	return err;
}
module_init(queues_init);

static void __exit queues_exit(void)
{
	queues_abort();
	queues_unregister();
}
module_exit(queues_exit);

MODULE_DESCRIPTION("Sample devices with queues as versioned objects");
MODULE_VERSION(__stringify(QUEUES_VERSION));
MODULE_LICENSE("GPL");
