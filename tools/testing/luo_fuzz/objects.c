// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The list of kinds, the tables and the data of objects
 *
 * Three kinds: one with two versions in shared pages, one whose table has two
 * blocks, and one whose objects do not share pages.
 */

#include "../../../lib/tests/luo_object_kunit.h"
#include "frame.h"

#define FUZZ_LARGE	5000
#define FUZZ_MANY	(LUO_OBJECT_RECORDS_PER_BLOCK + 3)

static const char * const fuzz_kinds[] = { "box", "row", "crate" };

/* The objects of kind crate need these pages, which they do not share. */
static u64 fuzz_needs[2][FUZZ_OBJECT_NEEDS];

static void fuzz_save_objects(void)
{
	u64 i;

	for (i = 0; i < 3; i++) {
		FUZZ_EXPECT(!luo_kunit_store("box", i, 0, 16));
		FUZZ_EXPECT(!luo_kunit_store_flags("box", i, 1, 24,
						   LUO_OBJECT_RECORD_OPTIONAL));
	}
	for (i = 0; i < FUZZ_MANY; i++)
		FUZZ_EXPECT(!luo_kunit_store("row", i, 0, 16));
	for (i = 0; i < 2; i++)
		FUZZ_EXPECT(!luo_kunit_store("crate", i, 0, FUZZ_LARGE));
	for (i = 0; i < 2; i++)
		fuzz_object_needs("crate", i, 0, fuzz_needs[i]);
}

static int fuzz_read(const char *kind, u64 instance, u32 version, size_t size)
{
	int err = luo_kunit_read(kind, instance, version, size);

	/* If CRCs are checked, only data that was saved can be read. */
	if (err == -EILSEQ && !fuzz_crcs_tell())
		err = 0;
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE);
	if (fuzz_untouched())
		FUZZ_EXPECT(!err);

	return err;
}

static void fuzz_versions(const char *kind, u64 instance)
{
	const struct luo_object_id id = { kind, instance };
	char versions[16];
	bool mandatory;
	int nr;

	nr = luo_object_in_versions(&luo_loopback_in, &id, versions,
				    sizeof(versions), &mandatory);
	if (nr <= 0)
		FUZZ_EXPECT_ERRNO(nr, -ENOENT, -EBADMSG);
}

static void fuzz_list(const char *kind)
{
	struct luo_object_iter iter = {};
	u64 found = 0;

	while (luo_object_in_next(&luo_loopback_in, kind, &iter)) {
		/* Each object of these kinds is found once. */
		FUZZ_EXPECT(!fuzz_untouched() || iter.instance == found);
		found++;
	}
	FUZZ_EXPECT(!iter.err || iter.err == -EBADMSG);
}

static void fuzz_finish(const char *kind, u64 instance)
{
	int err = luo_kunit_finish(kind, instance);

	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	if (!err)
		FUZZ_EXPECT(luo_kunit_finish(kind, instance));
}

static void fuzz_restore_objects(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < 3; i++) {
		fuzz_read("box", i, 0, 16);
		fuzz_read("box", i, 1, 24);
		fuzz_versions("box", i);
	}
	fuzz_read("row", 0, 0, 16);
	fuzz_read("row", FUZZ_MANY - 1, 0, 16);
	for (i = 0; i < 2; i++) {
		err = fuzz_read("crate", i, 0, FUZZ_LARGE);
		if (fuzz_intact(fuzz_needs[i], FUZZ_OBJECT_NEEDS))
			FUZZ_EXPECT(!err);
	}
	for (i = 0; i < ARRAY_SIZE(fuzz_kinds); i++)
		fuzz_list(fuzz_kinds[i]);

	fuzz_finish("box", 1);
	fuzz_finish("crate", 0);
	fuzz_read("box", 2, 0, 16);
	fuzz_read("crate", 1, 0, FUZZ_LARGE);

	luo_loopback_fail_nth(0);
	err = luo_kunit_drop("crate");
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	err = luo_kunit_drop(NULL);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_objects,
	.restore	= fuzz_restore_objects,
};
