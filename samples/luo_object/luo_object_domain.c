// SPDX-License-Identifier: GPL-2.0
/*
 * The state of an IOMMU domain, without an IOMMU: an example for fields that are more
 * than one number, in Documentation/core-api/luo-objects.rst. The module parameters
 * describe the domain in the first kernel of a chain. Each later kernel gets it from the
 * kernel before.
 *
 * This is version 4. luo_object_domain_v1.c builds version 1, which has no window for
 * interrupts, no list of devices, no reserved regions, no page tables and no address
 * spaces of processes, from the same source.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/luo_field.h>
#include <linux/luo_object.h>
#include <linux/luo_pages.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#ifndef DOMAIN_VERSION
#define DOMAIN_VERSION 4
#endif

static const char *const domain_types[] = { "blocked", "identity", "dma" };
static const char *const domain_features[] = { "coherent", "noexec", "dirty" };

struct domain_range_ser {
	u64 start;
	u64 last;
};

/* Page tables translate at most 57 bits of an address. */
#define DOMAIN_RANGE_FIELDS(field, ser)					\
	field(ser, 0, u64, start, .max = U64_MAX >> 7)			\
	field(ser, 0, u64, last, .max = U64_MAX >> 7)

LUO_DEFINE_NESTED(domain_range, struct domain_range_ser, DOMAIN_RANGE_FIELDS);

#if DOMAIN_VERSION >= 4
struct domain_region_ser {
	u64 start;
	u64 last;
};

#define DOMAIN_REGION_FIELDS(field, ser)				\
	field(ser, 1, u64, start)					\
	field(ser, 1, u64, last, .min = 1)

#define DOMAIN_REGION_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND(domain_region, struct domain_region_ser, DOMAIN_REGION_FIELDS,
		DOMAIN_REGION_VERSIONS);

/* A reserved region. */
struct domain_region {
	struct list_head node;
	struct domain_region_ser ser;
};

/* The address space of a process, which is attached under a number (a PASID). */
struct domain_space_ser {
	u64 pasid;
	u32 device;
	u32 reserved;
};

#define DOMAIN_SPACE_FIELDS(field, ser)					\
	field(ser, 1, u64, pasid, .min = 1)				\
	field(ser, 1, u32, device)					\
	field(ser, 1, reserved, reserved)

#define DOMAIN_SPACE_VERSIONS(version, kind)				\
	version(kind, 1, element)

LUO_DEFINE_KIND(domain_space, struct domain_space_ser, DOMAIN_SPACE_FIELDS,
		DOMAIN_SPACE_VERSIONS);

struct domain_space {
	struct domain_space_ser ser;
	unsigned long nr_faults;
};
#endif

struct domain_ser {
	char driver[16];
	u32 nr_kernels;
	u8 type;
	u8 attached;
	u16 features;
	struct domain_range_ser aperture;
#if DOMAIN_VERSION >= 4
	struct domain_range_ser interrupts;
	u32 devices[4];
	struct luo_elements_ser regions;
	struct luo_pages_ser tables;
	struct luo_elements_ser spaces;
#endif
};

#define DOMAIN_FIELDS_1(field, ser)					\
	field(ser, 1, string, driver)					\
	field(ser, 1, u32, nr_kernels, .min = 1)			\
	field(ser, 1, enum(domain_types), type)				\
	field(ser, 1, boolean, attached)				\
	field(ser, 1, mask(domain_features), features)			\
	field(ser, 1, nested(domain_range, DOMAIN_RANGE_FIELDS), aperture)

#if DOMAIN_VERSION >= 4
/*
 * Without its window for interrupts the domain is useless, and version 1 not written, nor if
 * there are reserved regions, page tables or address spaces. No kernel with version 2 or 3
 * is in use, so these are only read, until the next version.
 */
#define DOMAIN_FIELDS(field, ser)					\
	DOMAIN_FIELDS_1(field, ser)					\
	field(ser, 2, nested(domain_range, DOMAIN_RANGE_FIELDS), interrupts) \
	field(ser, 2, numbers(u32), devices, .max = 0xffff, .droppable = true) \
	field(ser, 3, elements, regions, .element_kind = &domain_region_kind) \
	field(ser, 4, pages, tables)					\
	field(ser, 4, elements_of(domain_space), spaces)

#define DOMAIN_VERSIONS(version, kind)					\
	version(kind, 4, mandatory)					\
	version(kind, 3, retired)					\
	version(kind, 2, retired)					\
	version(kind, 1, mandatory)
#else
#define DOMAIN_FIELDS(field, ser)					\
	DOMAIN_FIELDS_1(field, ser)

#define DOMAIN_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)
#endif

/* The state of a driver: the domain with its regions, page tables and address spaces. */
struct domain {
	struct domain_ser ser;
#if DOMAIN_VERSION >= 4
	struct list_head regions;
	struct luo_pages tables;
	struct xarray spaces;
#endif
};

#if DOMAIN_VERSION >= 4
#define DOMAIN_MEMBERS(member, object)					\
	member(object, regions,						\
	       list(domain_region, struct domain_region, node, ser))	\
	member(object, tables, pages)					\
	member(object, spaces,						\
	       xarray(domain_space, struct domain_space, ser, pasid))

LUO_DEFINE_KIND_MEMBERS(domain, struct domain_ser, DOMAIN_FIELDS, DOMAIN_VERSIONS,
			struct domain, LUO_NO_SUBSECTIONS, DOMAIN_MEMBERS);
#else
LUO_DEFINE_KIND(domain, struct domain_ser, DOMAIN_FIELDS, DOMAIN_VERSIONS);
#endif

#define DOMAIN_INSTANCE	0

static struct domain domain = {
	.ser = {
		.driver = "sample",
		.type = 2,
		.aperture = { .last = U32_MAX },
	},
};

module_param_string(driver, domain.ser.driver, sizeof(domain.ser.driver), 0444);
MODULE_PARM_DESC(driver, "Name of the driver");
module_param_named(type, domain.ser.type, byte, 0444);
MODULE_PARM_DESC(type, "0 blocked, 1 identity, 2 dma");
module_param_named(attached, domain.ser.attached, byte, 0444);
MODULE_PARM_DESC(attached, "1 if devices are attached, else 0");
module_param_named(features, domain.ser.features, ushort, 0444);
MODULE_PARM_DESC(features, "1 coherent, 2 noexec, 4 dirty, or the sum of some");
module_param_named(last, domain.ser.aperture.last, ullong, 0444);
MODULE_PARM_DESC(last, "The last address of the aperture");
#if DOMAIN_VERSION >= 4
module_param_named(interrupts, domain.ser.interrupts.last, ullong, 0444);
MODULE_PARM_DESC(interrupts, "The last address of the window for interrupts");
module_param_array_named(devices, domain.ser.devices, uint, NULL, 0444);
MODULE_PARM_DESC(devices, "The numbers of up to four devices");

#define DOMAIN_REGIONS_MAX	16

static u64 regions[2 * DOMAIN_REGIONS_MAX];
static unsigned int nr_regions;

module_param_array_named(regions, regions, ullong, &nr_regions, 0444);
MODULE_PARM_DESC(regions, "The first and the last address of up to 16 reserved regions");

static unsigned int nr_tables;
module_param_named(tables, nr_tables, uint, 0444);
MODULE_PARM_DESC(tables, "The number of pages of the page tables");

#define DOMAIN_SPACES_MAX	16

static unsigned long pasids[DOMAIN_SPACES_MAX];
static unsigned int nr_pasids;
module_param_array(pasids, ulong, &nr_pasids, 0444);
MODULE_PARM_DESC(pasids, "The numbers of up to 16 address spaces of processes");

static int domain_create_regions(void)
{
	struct domain_region *region;
	unsigned int i;

	if (nr_regions % 2) {
		luo_object_report_failure("regions: found %u addresses, expected pairs",
					  nr_regions);
		return -EINVAL;
	}

	for (i = 0; i < nr_regions; i += 2) {
		region = kzalloc_obj(*region);
		if (!region)
			return -ENOMEM;
		region->ser.start = regions[i];
		region->ser.last = regions[i + 1];
		list_add_tail(&region->node, &domain.regions);
	}

	return 0;
}

static u64 *domain_table(u64 index)
{
	return page_address(pfn_to_page(luo_pages_pfn(&domain.tables, index)));
}

/* Each entry of a table is the number of the table. */
static int domain_create_tables(void)
{
	struct page *page;
	u64 i;
	int err;

	for (i = 0; i < nr_tables; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		err = luo_pages_add(&domain.tables, page, 0, GFP_KERNEL);
		if (err) {
			__free_page(page);
			return err;
		}
		memset64(domain_table(i), i, PAGE_SIZE / sizeof(u64));
	}

	return 0;
}

static int domain_create_spaces(void)
{
	struct domain_space *space;
	unsigned int i;
	int err;

	for (i = 0; i < nr_pasids; i++) {
		space = kzalloc_obj(*space);
		if (!space)
			return -ENOMEM;
		space->ser.device = i;
		err = xa_insert(&domain.spaces, pasids[i], space, GFP_KERNEL);
		if (err) {
			kfree(space);
			return err;
		}
	}

	return 0;
}

/* What the driver has: a device would use the tables and the spaces. */
static void domain_show(void)
{
	struct domain_region *region;
	struct domain_space *space;
	unsigned long pasid;
	u64 i;

	list_for_each_entry(region, &domain.regions, node)
		pr_info("region from %llu to %llu is reserved\n",
			region->ser.start, region->ser.last);
	for (i = 0; i < domain.tables.nr_pages; i++) {
		if (domain_table(i)[0] != i ||
		    domain_table(i)[PAGE_SIZE / sizeof(u64) - 1] != i)
			luo_object_report_failure("page table %llu has changed", i);
		else
			pr_info("page table %llu of %llu has its entries\n", i,
				domain.tables.nr_pages);
	}
	xa_for_each(&domain.spaces, pasid, space)
		pr_info("address space %lu is attached to device %u\n", pasid,
			space->ser.device);
}

static void domain_init_members(void)
{
	INIT_LIST_HEAD(&domain.regions);
	xa_init(&domain.spaces);
}

static int domain_create(void)
{
	return domain_create_regions() ?: domain_create_tables() ?:
	       domain_create_spaces();
}
#else
static void domain_init_members(void) { }

static int domain_create(void)
{
	return 0;
}

static void domain_show(void) { }
#endif

/* Load the domain. Devices wait for this, see luo_object_queues.c. */
static int domain_start(void)
{
	int load_err, err;

	/* The domain is unchanged if the previous kernel stored none. */
	load_err = luo_object_load(&domain_kind, DOMAIN_INSTANCE, &domain);
	err = load_err ? domain_create() : 0;
	if (load_err && load_err != -ENOENT)
		err = load_err;
	if (err) {
		luo_object_report_failure("the domain: %pe", ERR_PTR(err));
		goto err_unload;
	}

	domain.ser.nr_kernels++;
	err = luo_object_save(&domain_kind, DOMAIN_INSTANCE, &domain);
	/* -EOPNOTSUPP: the policy is to hand over no domain. It can be used nevertheless. */
	if (err && err != -EOPNOTSUPP)
		goto err_unload;

	/* Free the old object only now: until the save it is the only copy. */
	if (!load_err)
		luo_object_finish(&domain_kind, DOMAIN_INSTANCE);
	domain_show();

	return 0;

err_unload:
	luo_object_unload(&domain_kind, &domain);
	return err;
}

static int __init domain_init(void)
{
	domain_init_members();
	domain_kind.ready = domain_start;

	return luo_object_register_kind(&domain_kind);
}
module_init(domain_init);

static void __exit domain_exit(void)
{
	luo_object_abort(&domain_kind, DOMAIN_INSTANCE);
	luo_object_unload(&domain_kind, &domain);
	luo_object_unregister_kind(&domain_kind);
}
module_exit(domain_exit);

MODULE_DESCRIPTION("Sample IOMMU domain with a versioned object");
MODULE_VERSION(__stringify(DOMAIN_VERSION));
MODULE_LICENSE("GPL");
