// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of loops over the objects of a kind
 *
 * Each object is found once, in the order in which the objects were stored, while the
 * loop finishes some of them, and although some of them are corrupt.
 */

#include <kunit/test.h>

#include "luo_object_kunit.h"

#define NEXT_SIZE	40
#define NEXT_NR		(2 * LUO_OBJECT_RECORDS_PER_BLOCK)

/* The instances of objects, in the order in which they are stored. */
static u64 next_instance(u64 i)
{
	return i * 7919 % 4001;
}

/* Store @nr objects. Every third one has three versions, not next to each other. */
static void next_store(struct kunit *test, u64 nr)
{
	u32 version;
	u64 i;

	for (i = 0; i < nr; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", next_instance(i), 1,
						      NEXT_SIZE), 0);
	for (version = 2; version < 4; version++) {
		for (i = 0; i < nr; i += 3)
			KUNIT_ASSERT_EQ(test,
					luo_kunit_store("vm", next_instance(i),
							version, NEXT_SIZE), 0);
	}
	KUNIT_ASSERT_EQ(test, luo_kunit_store("other", 1, 0, NEXT_SIZE), 0);
}

static bool next_object(struct luo_object_iter *iter)
{
	return luo_object_in_next(&luo_loopback_in, "vm", iter);
}

static void luo_next_each_once(struct kunit *test)
{
	struct luo_object_iter iter = {};
	u64 i;

	next_store(test, NEXT_NR);
	luo_loopback_kexec();
	for (i = 0; next_object(&iter); i++)
		KUNIT_EXPECT_EQ(test, iter.instance, next_instance(i));
	KUNIT_EXPECT_EQ(test, i, (u64)NEXT_NR);
	KUNIT_EXPECT_EQ(test, iter.err, 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

/* Finish @step in @step objects in the loop, the last ones with the table. */
static void luo_next_finish(struct kunit *test)
{
	struct luo_object_iter iter;
	u64 i, step;

	for (step = 1; step < 4; step++) {
		next_store(test, NEXT_NR);
		luo_loopback_kexec();
		iter = (struct luo_object_iter){};
		for (i = 0; next_object(&iter); i++) {
			KUNIT_EXPECT_EQ(test, iter.instance, next_instance(i));
			if (i % step == step - 1)
				KUNIT_EXPECT_EQ(test,
						luo_kunit_finish("vm",
								 iter.instance),
						0);
		}
		KUNIT_EXPECT_EQ(test, i, (u64)NEXT_NR);
		KUNIT_EXPECT_EQ(test, iter.err, 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_read("other", 1, 0, NEXT_SIZE),
				0);
		KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
	}
}

static struct luo_object_record_ser *next_record(u64 instance, u32 version)
{
	return luo_object_table_record(luo_object_table_find(&luo_loopback_out.tables,
							     "vm"),
				       instance, version);
}

/*
 * Corrupt the only record of object 4, the data of object 5, and the first record of
 * object 3, which is then found by its second one, behind the first ones of all.
 */
static void luo_next_damage(struct kunit *test)
{
	static const u64 found[] = { 0, 1, 2, 5, 6, 7, 8, 9, 3 };
	struct luo_object_iter iter = {};
	unsigned int i;

	next_store(test, 10);
	next_record(next_instance(4), 1)->size ^= 1;
	*(u8 *)luo_object_table_record_data(next_record(next_instance(5), 1)) ^= 1;
	next_record(next_instance(3), 1)->crc ^= 1;
	luo_loopback_kexec();

	for (i = 0; i < ARRAY_SIZE(found) && next_object(&iter); i++)
		KUNIT_EXPECT_EQ(test, iter.instance, next_instance(found[i]));
	KUNIT_EXPECT_EQ(test, i, (unsigned int)ARRAY_SIZE(found));
	KUNIT_EXPECT_FALSE(test, next_object(&iter));
	KUNIT_EXPECT_EQ(test, iter.err, -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_next_none(struct kunit *test)
{
	struct luo_object_iter iter = {};

	KUNIT_EXPECT_FALSE(test, next_object(&iter));
	KUNIT_EXPECT_EQ(test, iter.err, 0);

	KUNIT_ASSERT_EQ(test, luo_kunit_store("other", 1, 0, NEXT_SIZE), 0);
	luo_loopback_kexec();
	iter = (struct luo_object_iter){};
	KUNIT_EXPECT_FALSE(test, next_object(&iter));
	KUNIT_EXPECT_EQ(test, iter.err, 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("other", 1), 0);
}

/* Without memory the loop ends with an error, and a later loop finds all objects. */
static void luo_next_no_memory(struct kunit *test)
{
	struct luo_object_iter iter;
	unsigned long nth = 0;
	u64 nr;

	next_store(test, 10);
	luo_loopback_kexec();
	do {
		luo_loopback_fail_nth(++nth);
		iter = (struct luo_object_iter){};
		for (nr = 0; next_object(&iter); nr++)
			;
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ(test, nr, iter.err ? 0ULL : 10ULL);
	} while (iter.err == -ENOMEM);
	KUNIT_EXPECT_EQ(test, iter.err, 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static struct kunit_case luo_object_next_cases[] = {
	KUNIT_CASE(luo_next_each_once),
	KUNIT_CASE(luo_next_finish),
	KUNIT_CASE(luo_next_damage),
	KUNIT_CASE(luo_next_none),
	KUNIT_CASE(luo_next_no_memory),
	{}
};

static struct kunit_suite luo_object_next_suite = {
	.name = "luo_object_next",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_next_cases,
};

kunit_test_suite(luo_object_next_suite);
