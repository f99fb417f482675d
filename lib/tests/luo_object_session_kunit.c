// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of objects of files in sessions
 *
 * Store objects that belong to files, and let the files end in both kernels. Test that the
 * objects of a file are freed with all that they lead to, and no others, also if there is no
 * memory at first.
 */

#include <kunit/test.h>
#include <linux/luo_field.h>

#include "../../kernel/liveupdate/luo_array_internal.h"
#include "luo_object_kunit.h"

struct parcel_item_ser {
	u64 weight;
};

#define PARCEL_ITEM_FIELDS(field, ser)					\
	field(ser, 0, u64, weight)

#define PARCEL_ITEM_VERSIONS(version, kind)				\
	version(kind, 0, element)

LUO_DEFINE_KIND_UNLISTED(parcel_item, struct parcel_item_ser, PARCEL_ITEM_FIELDS,
			 PARCEL_ITEM_VERSIONS);

struct parcel_ser {
	struct luo_elements_ser items;
	u64 note;
	u64 nr_lines;
};

#define PARCEL_FIELDS(field, ser)					\
	field(ser, 0, elements_of(parcel_item), items)			\
	field(ser, 0, array, note)					\
	field(ser, 0, u64, nr_lines)

#define PARCEL_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

struct parcel_item {
	struct list_head node;
	struct parcel_item_ser ser;
};

struct parcel {
	struct parcel_ser ser;
	struct list_head items;
};

#define PARCEL_MEMBERS(member, object)					\
	member(object, items, list(parcel_item, struct parcel_item, node, ser))

LUO_DEFINE_KIND_MEMBERS_UNLISTED(parcel, struct parcel_ser, PARCEL_FIELDS,
				 PARCEL_VERSIONS, struct parcel,
				 LUO_NO_SUBSECTIONS, PARCEL_MEMBERS);

/* A companion of the parcel, with the same instance. */
LUO_DEFINE_KIND_UNLISTED(parcel_label, struct parcel_item_ser, PARCEL_ITEM_FIELDS,
			 PARCEL_VERSIONS);

static const char *const parcel_handlers[] = { "parcel-old", "parcel-file", NULL };

static struct parcel parcel;
static struct luo_array parcel_note;
static unsigned int parcels_dropped, parcel_drop_failures;

#define PARCEL_LINES	3

/* As the drop function of a kind whose objects lead to an array. */
static int parcel_drop(const void *data)
{
	const struct parcel_ser *ser = data;
	struct luo_array note;
	int err;

	if (parcel_drop_failures) {
		parcel_drop_failures--;
		return -ENOMEM;
	}

	parcels_dropped++;
	err = luo_array_restore(&note, ser->note, sizeof(u64), ser->nr_lines);
	if (!err)
		luo_array_free(&note);

	return err == -ENOMEM ? err : 0;
}

static int luo_session_init(struct kunit *test)
{
	int err;

	INIT_LIST_HEAD(&parcel.items);
	parcels_dropped = 0;
	parcel_drop_failures = 0;
	parcel_kind.drop = parcel_drop;
	parcel_kind.handlers = parcel_handlers;
	parcel_label_kind.handlers = parcel_handlers;
	err = luo_object_register_kind(&parcel_kind);
	if (!err)
		err = luo_object_register_kind(&parcel_label_kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");

	return err ?: luo_loopback_init(test);
}

static void luo_session_exit(struct kunit *test)
{
	luo_object_members_unload(&parcel_kind, &parcel);
	luo_object_unregister_kind(&parcel_label_kind);
	luo_object_unregister_kind(&parcel_kind);
	luo_loopback_exit(test);
}

/* Store the objects of a file: a parcel with items, a note and a label. */
static void parcel_save(struct kunit *test, u64 file)
{
	struct parcel_item *item = kzalloc(sizeof(*item), GFP_KERNEL);
	static const struct parcel_item_ser label;

	KUNIT_ASSERT_NOT_NULL(test, item);
	list_add_tail(&item->node, &parcel.items);

	KUNIT_ASSERT_EQ(test,
			luo_array_alloc_raw(&parcel_note, sizeof(u64), PARCEL_LINES,
					    GFP_KERNEL),
			0);
	luo_array_seal(&parcel_note);
	parcel.ser.note = parcel_note.handle;
	parcel.ser.nr_lines = PARCEL_LINES;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &parcel_kind, file, &parcel,
						      GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &parcel_label_kind, file,
						      &label, GFP_KERNEL), 0);
}

static bool parcel_is_stored(const char *kind, u64 file)
{
	const struct luo_object_id id = { kind, file };

	return luo_object_out_stored(&luo_loopback_out, &id);
}

static void file_unpreserve(const char *handler, u64 file)
{
	luo_object_session_abort(&luo_loopback_out, handler, file);
}

static void file_finish(const char *handler, u64 file)
{
	luo_object_session_drop(&luo_loopback_in, handler, file);
}

/* The session is closed before the kexec. */
static void luo_session_closed(struct kunit *test)
{
	unsigned long keys;

	parcel_save(test, 5);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("crate", 5, 0, 8), 0);
	file_unpreserve("crate-file", 5);
	file_unpreserve("parcel-file", 6);
	KUNIT_EXPECT_TRUE(test, parcel_is_stored("parcel", 5));
	KUNIT_EXPECT_TRUE(test, parcel_is_stored("parcel_label", 5));

	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
	file_unpreserve("parcel-file", 5);
	KUNIT_EXPECT_FALSE(test, parcel_is_stored("parcel", 5));
	KUNIT_EXPECT_FALSE(test, parcel_is_stored("parcel_label", 5));
	KUNIT_EXPECT_TRUE(test, parcel_is_stored("crate", 5));
	/* The elements are freed. The note is its owner's. */
	KUNIT_EXPECT_LT(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);
	luo_array_free(&parcel_note);

	/* The objects that the handler has aborted before. */
	file_unpreserve("parcel-file", 5);
	luo_kunit_abort("crate", 5);
}

/* The session is closed in the next kernel, and the file was not retrieved. */
static void luo_session_not_retrieved(struct kunit *test)
{
	parcel_save(test, 5);
	luo_array_unmap(&parcel_note);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("crate", 5, 0, 8), 0);
	luo_loopback_kexec();

	file_finish("crate-file", 5);
	file_finish("parcel-file", 6);
	KUNIT_EXPECT_EQ(test, parcels_dropped, 0U);
	file_finish("parcel-old", 5);
	KUNIT_EXPECT_EQ(test, parcels_dropped, 1U);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("crate", 5, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("crate", 5), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* The file was retrieved, and its handler has finished the parcel, but not the label. */
static void luo_session_retrieved(struct kunit *test)
{
	parcel_save(test, 5);
	luo_array_unmap(&parcel_note);
	luo_loopback_kexec();

	KUNIT_ASSERT_EQ(test, parcel_drop(&parcel.ser), 0);
	KUNIT_ASSERT_EQ(test, luo_object_convert_finish(&luo_loopback_in,
							&parcel_kind, 5), 0);
	file_finish("parcel-file", 5);
	KUNIT_EXPECT_EQ(test, parcels_dropped, 1U);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* There is no memory at first. */
static void luo_session_without_memory(struct kunit *test)
{
	unsigned long nth = 0;
	bool failed;

	do {
		parcels_dropped = 0;
		parcel_save(test, 5);
		luo_array_unmap(&parcel_note);
		luo_loopback_kexec();
		luo_loopback_fail_nth(++nth);
		file_finish("parcel-file", 5);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ_MSG(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				    0UL, "allocation %lu", nth);
	} while (failed);
}

/* There is no memory for a while, and then for too long. */
static void luo_session_waits(struct kunit *test)
{
	parcel_save(test, 5);
	luo_array_unmap(&parcel_note);
	luo_loopback_kexec();

	parcel_drop_failures = 60;
	file_finish("parcel-file", 5);
	KUNIT_EXPECT_EQ(test, parcel_drop_failures, 10U);
	KUNIT_EXPECT_EQ(test, parcels_dropped, 0U);
	/* It stays unclaimed, so that an administrator can drop it. */
	file_finish("parcel-file", 5);
	KUNIT_EXPECT_EQ(test, parcels_dropped, 1U);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

static struct kunit_case luo_session_cases[] = {
	KUNIT_CASE(luo_session_closed),
	KUNIT_CASE(luo_session_not_retrieved),
	KUNIT_CASE(luo_session_retrieved),
	KUNIT_CASE(luo_session_without_memory),
	KUNIT_CASE(luo_session_waits),
	{}
};

static struct kunit_suite luo_session_suite = {
	.name = "luo_object_session",
	.init = luo_session_init,
	.exit = luo_session_exit,
	.test_cases = luo_session_cases,
};

kunit_test_suite(luo_session_suite);
