// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Members of objects
 *
 * An object with pages, a list and an xarray. An input can change the list of pages, the
 * elements, and the numbers in the object that describe them.
 */

#include <linux/io.h>
#include <linux/luo_field.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../../../kernel/liveupdate/luo_pages_internal.h"
#include "../../../lib/tests/luo_object_kunit.h"
#include "frame.h"

#define FUZZ_CUPS	5
#define FUZZ_PAGES	7

struct cup_ser {
	u64 place;
	u64 size;
};

#define CUP_FIELDS(field, ser)						\
	field(ser, 0, u64, place)					\
	field(ser, 0, u64, size, .max = FUZZ_CUPS)

#define CUP_VERSIONS(version, kind)					\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(cup, struct cup_ser, CUP_FIELDS, CUP_VERSIONS);

struct tray_ser {
	u64 label;
	struct luo_pages_ser sheets;
	struct luo_elements_ser cups;
	struct luo_elements_ser places;
};

#define TRAY_FIELDS(field, ser)						\
	field(ser, 0, u64, label)					\
	field(ser, 0, pages, sheets)					\
	field(ser, 0, elements_of(cup), cups)				\
	field(ser, 0, elements_of(cup), places)

#define TRAY_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

struct cup {
	struct list_head node;
	struct cup_ser ser;
};

struct tray {
	struct tray_ser ser;
	struct luo_pages sheets;
	struct list_head cups;
	struct xarray places;
};

#define TRAY_MEMBERS(member, object)					\
	member(object, sheets, pages)					\
	member(object, cups, list(cup, struct cup, node, ser))		\
	member(object, places, xarray(cup, struct cup, ser, place))

LUO_DEFINE_KIND_MEMBERS_UNLISTED(tray, struct tray_ser, TRAY_FIELDS, TRAY_VERSIONS,
				 struct tray, LUO_NO_SUBSECTIONS, TRAY_MEMBERS);

static void fuzz_tray_init(struct tray *tray)
{
	*tray = (struct tray){};
	INIT_LIST_HEAD(&tray->cups);
	xa_init(&tray->places);
}

static struct cup *fuzz_cup(u64 size)
{
	struct cup *cup = kzalloc(sizeof(*cup), GFP_KERNEL);

	cup->ser.size = size;

	return cup;
}

static void fuzz_add_pages(struct luo_pages *pages, unsigned int order)
{
	u64 address = luo_loopback_page_alloc(order);

	memset(phys_to_virt(address), 7, PAGE_SIZE << order);
	FUZZ_EXPECT(!luo_pages_add_pfn(pages, PHYS_PFN(address), order,
				       GFP_KERNEL));
}

static void fuzz_save_members(void)
{
	struct tray tray;
	u64 i;

	fuzz_tray_init(&tray);
	for (i = 0; i < FUZZ_CUPS; i++) {
		list_add_tail(&fuzz_cup(i)->node, &tray.cups);
		FUZZ_EXPECT(!xa_insert(&tray.places, 9 * i, fuzz_cup(i),
				       GFP_KERNEL));
	}
	for (i = 0; i < 3; i++)
		fuzz_add_pages(&tray.sheets, 0);
	fuzz_add_pages(&tray.sheets, 2);
	tray_kind.selected = ~0UL;
	FUZZ_EXPECT(!luo_object_convert_save(&luo_loopback_out, &tray_kind, 1,
					     &tray, GFP_KERNEL));

	/* The heap is lost, and the pages are preserved. */
	kvfree(tray.sheets.runs);
	tray.sheets = (struct luo_pages){};
	luo_object_members_unload(&tray_kind, &tray);
}

/* All items have valid values. */
static void fuzz_check(struct tray *tray)
{
	unsigned long index = 0;
	struct cup *cup;
	u64 nr = 0, i;

	list_for_each_entry(cup, &tray->cups, node) {
		FUZZ_EXPECT(cup->ser.size <= FUZZ_CUPS);
		if (fuzz_untouched())
			FUZZ_EXPECT(cup->ser.size == nr);
		nr++;
	}
	for (cup = xa_find(&tray->places, &index, ULONG_MAX, XA_PRESENT); cup;
	     cup = xa_find_after(&tray->places, &index, ULONG_MAX, XA_PRESENT))
		FUZZ_EXPECT(cup->ser.size <= FUZZ_CUPS &&
			    cup->ser.place == index);

	if (!fuzz_untouched())
		return;
	FUZZ_EXPECT(nr == FUZZ_CUPS && tray->sheets.nr_pages == FUZZ_PAGES);
	for (i = 0; i < FUZZ_PAGES; i++) {
		const u8 *page = phys_to_virt(PFN_PHYS(luo_pages_pfn(&tray->sheets, i)));

		FUZZ_EXPECT(page[0] == 7 && page[PAGE_SIZE - 1] == 7);
	}
}

static void fuzz_restore_members(void)
{
	struct tray tray;
	int err;

	fuzz_tray_init(&tray);
	err = luo_object_convert_load(&luo_loopback_in, &tray_kind, 1, &tray);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE, -EPROTO,
			  -EPROTONOSUPPORT, -ERANGE);
	if (fuzz_untouched())
		FUZZ_EXPECT(!err);
	if (err)
		FUZZ_EXPECT(list_empty(&tray.cups) && xa_empty(&tray.places) &&
			    !tray.sheets.runs);
	else
		fuzz_check(&tray);

	luo_loopback_fail_nth(0);
	err = luo_object_convert_finish(&luo_loopback_in, &tray_kind, 1);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	luo_object_members_unload(&tray_kind, &tray);
	err = luo_kunit_drop(NULL);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_members,
	.restore	= fuzz_restore_members,
};
