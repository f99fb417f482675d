// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Elements
 *
 * The elements of two objects: some in the version that is read, and some in an older
 * one. An input can change the array, and the numbers in the object that describe it.
 */

#include <linux/luo_field.h>
#include <linux/slab.h>

#include "../../../kernel/liveupdate/luo_elements_internal.h"
#include "../../../kernel/liveupdate/luo_object_internal.h"
#include "frame.h"

#define FUZZ_COUNT	300

struct item_ser {
	u32 line;
	u16 weight;
	u16 reserved;
	u64 owner;
};

#define ITEM_FIELDS(field, ser)						\
	field(ser, 0, u32, line)					\
	field(ser, 0, u16, weight, .max = FUZZ_COUNT)			\
	field(ser, 0, reserved, reserved)				\
	field(ser, 1, u64, owner, .droppable = true, .fallback = 7)

#define ITEM_VERSIONS(version, kind)					\
	version(kind, 1, element)					\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(item, struct item_ser, ITEM_FIELDS, ITEM_VERSIONS);

/* Each is half of the roots. */
static_assert(2 * sizeof(struct luo_elements_ser) == FUZZ_ROOTS * sizeof(u64));

static struct luo_elements_ser *fuzz_ser(unsigned int which)
{
	return (struct luo_elements_ser *)fuzz_roots + which;
}

/* Save @count elements of the kind, which has the newest or only the older version. */
static void fuzz_save_one(unsigned int which, const struct luo_object_kind *kind)
{
	u8 elements[FUZZ_COUNT * sizeof(struct item_ser)];
	struct luo_array array;
	u32 i;

	for (i = 0; i < FUZZ_COUNT; i++) {
		const struct item_ser item = { i, i, 0, 7 };

		memcpy(elements + i * kind->size, &item, kind->size);
	}
	FUZZ_EXPECT(!luo_elements_save(fuzz_ser(which), &array, kind, elements,
				       FUZZ_COUNT, GFP_KERNEL));
}

static void fuzz_save_elements(void)
{
	struct luo_object_kind older = item_kind;

	older.versions++;
	older.nr_versions--;
	older.nr_fields--;
	older.size = older.versions[0].size;
	fuzz_save_one(0, &item_kind);
	fuzz_save_one(1, &older);
}

/* For each input, all elements have valid values. */
static void fuzz_restore_one(unsigned int which)
{
	const struct luo_elements_ser ser = *fuzz_ser(which);
	const struct item_ser *items;
	void *copy = NULL;
	int err = 0;
	u64 i;

	/* As all callers, which have no elements to copy otherwise. */
	if (ser.count)
		err = luo_elements_copy(&ser, &item_kind, &copy);
	FUZZ_EXPECT_ERRNO(err, -EPROTO, -EPROTONOSUPPORT, -EMSGSIZE, -ERANGE,
			  -EBADMSG);
	if (fuzz_untouched())
		FUZZ_EXPECT(!err && ser.count == FUZZ_COUNT);
	items = copy;
	for (i = 0; !err && i < ser.count; i++) {
		FUZZ_EXPECT(items[i].weight <= FUZZ_COUNT && !items[i].reserved);
		if (fuzz_untouched())
			FUZZ_EXPECT(items[i].line == i && items[i].owner == 7);
	}

	kvfree(copy);

	err = luo_elements_finish(&ser);
	FUZZ_EXPECT_ERRNO(err, 0);
}

static void fuzz_restore_elements(void)
{
	fuzz_restore_one(0);
	fuzz_restore_one(1);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_elements,
	.restore	= fuzz_restore_elements,
};
