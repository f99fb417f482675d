// SPDX-License-Identifier: GPL-2.0
/*
 * The state of an IOMMU domain, without an IOMMU: an example for fields that are more
 * than one number, in Documentation/core-api/luo-objects.rst. The module parameters
 * describe the domain in the first kernel of a chain. Each later kernel gets it from the
 * kernel before.
 *
 * This is version 3. luo_object_domain_v1.c builds version 1, which has no window for
 * interrupts, no list of devices and no reserved regions, from the same source.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/luo_elements.h>
#include <linux/luo_field.h>
#include <linux/module.h>
#include <linux/string.h>

#ifndef DOMAIN_VERSION
#define DOMAIN_VERSION 3
#endif

static const char *const domain_types[] = { "blocked", "identity", "dma" };
static const char *const domain_features[] = { "coherent", "noexec", "dirty" };

struct domain_range_ser {
	u64 start;
	u64 last;
};

#define DOMAIN_RANGE_FIELDS(field, ser)					\
	field(ser, 0, u64, start)					\
	field(ser, 0, u64, last)

LUO_DEFINE_NESTED(domain_range, struct domain_range_ser, DOMAIN_RANGE_FIELDS);

#if DOMAIN_VERSION >= 3
struct domain_region_ser {
	u64 start;
	u64 last;
};

#define DOMAIN_REGION_FIELDS(field, ser)				\
	field(ser, 1, u64, start)					\
	field(ser, 1, u64, last, .min = 1)

#define DOMAIN_REGION_VERSIONS(version, kind)				\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND(domain_region, struct domain_region_ser, DOMAIN_REGION_FIELDS,
		DOMAIN_REGION_VERSIONS);
#endif

struct domain_ser {
	char driver[16];
	u32 nr_kernels;
	u8 type;
	u8 attached;
	u16 features;
	struct domain_range_ser aperture;
#if DOMAIN_VERSION >= 3
	struct domain_range_ser interrupts;
	u32 devices[4];
	struct luo_elements_ser regions;
#endif
};

#define DOMAIN_FIELDS_1(field, ser)					\
	field(ser, 1, string, driver)					\
	field(ser, 1, u32, nr_kernels, .min = 1)			\
	field(ser, 1, enum(domain_types), type)				\
	field(ser, 1, boolean, attached)				\
	field(ser, 1, mask(domain_features), features)			\
	field(ser, 1, nested(domain_range, DOMAIN_RANGE_FIELDS), aperture)

#if DOMAIN_VERSION >= 3
/*
 * Without its window for interrupts the domain is useless, and version 1 not written.
 * Versions 1 and 2 are not written if there are reserved regions.
 */
#define DOMAIN_FIELDS(field, ser)					\
	DOMAIN_FIELDS_1(field, ser)					\
	field(ser, 2, nested(domain_range, DOMAIN_RANGE_FIELDS), interrupts) \
	field(ser, 2, numbers(u32), devices, .droppable = true)		\
	field(ser, 3, elements, regions)

#define DOMAIN_VERSIONS(version, kind)					\
	version(kind, 3, mandatory)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)
#else
#define DOMAIN_FIELDS(field, ser)					\
	DOMAIN_FIELDS_1(field, ser)

#define DOMAIN_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)
#endif

LUO_DEFINE_KIND(domain, struct domain_ser, DOMAIN_FIELDS, DOMAIN_VERSIONS);

static const struct luo_object_id domain_id = { .kind = "domain" };

static struct domain_ser domain = {
	.driver = "sample",
	.type = 2,
	.aperture = { .last = U32_MAX },
};

module_param_string(driver, domain.driver, sizeof(domain.driver), 0444);
MODULE_PARM_DESC(driver, "Name of the driver");
module_param_named(type, domain.type, byte, 0444);
MODULE_PARM_DESC(type, "0 blocked, 1 identity, 2 dma");
module_param_named(attached, domain.attached, byte, 0444);
MODULE_PARM_DESC(attached, "1 if devices are attached, else 0");
module_param_named(features, domain.features, ushort, 0444);
MODULE_PARM_DESC(features, "1 coherent, 2 noexec, 4 dirty, or the sum of some");
module_param_named(last, domain.aperture.last, ullong, 0444);
MODULE_PARM_DESC(last, "The last address of the aperture");
#if DOMAIN_VERSION >= 3
module_param_named(interrupts, domain.interrupts.last, ullong, 0444);
MODULE_PARM_DESC(interrupts, "The last address of the window for interrupts");
module_param_array_named(devices, domain.devices, uint, NULL, 0444);
MODULE_PARM_DESC(devices, "The numbers of up to four devices");

#define DOMAIN_REGIONS_MAX	16

static struct luo_array regions_array;
static u64 regions[2 * DOMAIN_REGIONS_MAX];
static unsigned int nr_regions;

static_assert(sizeof(regions) == DOMAIN_REGIONS_MAX * sizeof(struct domain_region_ser));

module_param_array_named(regions, regions, ullong, &nr_regions, 0444);
MODULE_PARM_DESC(regions, "The first and the last address of up to 16 reserved regions");

static int domain_load_regions(void)
{
	int err = luo_elements_load(&domain.regions, &domain_region_kind, regions,
				    DOMAIN_REGIONS_MAX);

	if (!err)
		nr_regions = 2 * domain.regions.count;

	return err;
}

static int domain_save_regions(void)
{
	if (nr_regions % 2) {
		luo_failure("regions: found %u addresses, expected pairs",
			    nr_regions);
		return -EINVAL;
	}

	return luo_elements_save(&domain.regions, &regions_array,
				 &domain_region_kind, regions, nr_regions / 2,
				 GFP_KERNEL);
}

static void domain_finish_regions(const struct domain_ser *previous)
{
	luo_elements_finish(&previous->regions);
}

static void domain_free_regions(void)
{
	luo_array_free(&regions_array);
}
#else
static int domain_load_regions(void)
{
	return 0;
}

static int domain_save_regions(void)
{
	return 0;
}

static void domain_finish_regions(const struct domain_ser *previous) { }

static void domain_free_regions(void) { }
#endif

static int __init domain_init(void)
{
	struct domain_ser previous;
	int found, err;

	err = luo_object_register_kind(&domain_kind);
	if (err)
		return err;

	/* This leaves the domain as it is if there is none of the previous kernel. */
	found = luo_object_load(&domain_kind, domain_id.instance, &domain);
	if (!found)
		found = domain_load_regions();
	if (found && found != -ENOENT) {
		luo_failure("the domain: %pe", ERR_PTR(found));
		err = found;
		goto err_kind;
	}

	previous = domain;
	domain.nr_kernels++;
	err = domain_save_regions();
	if (err)
		goto err_kind;
	err = luo_object_save(&domain_kind, domain_id.instance, &domain);
	if (err)
		goto err_regions;

	/* Free the old object only now: until the save it is the only copy. */
	if (!found) {
		domain_finish_regions(&previous);
		luo_finish_object(&domain_id);
	}

	return 0;

err_regions:
	domain_free_regions();
err_kind:
	luo_object_unregister_kind(&domain_kind);
	return err;
}
module_init(domain_init);

static void __exit domain_exit(void)
{
	luo_abort_object(&domain_id);
	domain_free_regions();
	luo_object_unregister_kind(&domain_kind);
}
module_exit(domain_exit);

MODULE_DESCRIPTION("Sample IOMMU domain with a versioned object");
MODULE_VERSION(__stringify(DOMAIN_VERSION));
MODULE_LICENSE("GPL");
