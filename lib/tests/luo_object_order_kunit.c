// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the order of kinds
 *
 * Register kinds in every order, and test that their ready functions are called once, and
 * after those of the kinds that they need.
 */

#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/luo_field.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "../../kernel/liveupdate/luo_object_internal.h"
#include "luo_loopback.h"

struct stage_ser {
	u64 value;
	u64 before;
};

/* The base needs nothing, and has no ready function unless a test sets it. */
#define STAGE_BASE_FIELDS(field, ser)					\
	field(ser, 0, u64, value)					\
	field(ser, 0, reference(stage_base), before)

#define STAGE_MIDDLE_FIELDS(field, ser)					\
	field(ser, 0, u64, value)					\
	field(ser, 0, reference(stage_base), before)

#define STAGE_TOP_FIELDS(field, ser)					\
	field(ser, 0, u64, value)					\
	field(ser, 0, u64, before)

#define STAGE_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND_UNLISTED(stage_base, struct stage_ser, STAGE_BASE_FIELDS,
			 STAGE_VERSIONS);
LUO_DEFINE_KIND_UNLISTED(stage_middle, struct stage_ser, STAGE_MIDDLE_FIELDS,
			 STAGE_VERSIONS);
LUO_DEFINE_KIND_UNLISTED(stage_top, struct stage_ser, STAGE_TOP_FIELDS,
			 STAGE_VERSIONS);

static struct luo_object_kind *const stages[] = {
	&stage_base_kind, &stage_middle_kind, &stage_top_kind,
};

static const char *const stage_top_needs[] = { "stage_middle", "stage_base", NULL };

/* The first letters of the kinds whose functions were called, and what they return. */
static char stages_called[16];
static int stage_middle_err;

static int stage_base_ready(void)
{
	strcat(stages_called, "b");

	return 0;
}

static int stage_middle_ready(void)
{
	strcat(stages_called, "m");

	return stage_middle_err;
}

static int stage_top_ready(void)
{
	strcat(stages_called, "t");

	return 0;
}

static int luo_order_init(struct kunit *test)
{
	int err;

	stages_called[0] = 0;
	stage_middle_err = 0;
	stage_base_kind.ready = NULL;
	stage_base_kind.needs = NULL;
	stage_middle_kind.ready = stage_middle_ready;
	stage_middle_kind.needs = NULL;
	stage_top_kind.ready = stage_top_ready;
	stage_top_kind.needs = stage_top_needs;

	err = luo_object_register_kind(&stage_base_kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	luo_object_unregister_kind(&stage_base_kind);

	return err;
}

static void luo_order_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(stages); i++)
		luo_object_unregister_kind(stages[i]);
}

/* Return the nth kind that a kind waits for, or an empty string. */
static const char *stage_waits_for(const struct luo_object_kind *kind, unsigned int nth)
{
	unsigned int next = 0;
	const char *name;

	guard(mutex)(&luo_object_kinds_lock);
	do {
		name = luo_object_order_waits(kind, &next);
	} while (name && nth--);

	return name ?: "";
}

/* In each order of registration, the order of the calls is the same. */
static void luo_order_any(struct kunit *test)
{
	static const unsigned int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	unsigned int i, j;

	stage_base_kind.ready = stage_base_ready;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		stages_called[0] = 0;
		for (j = 0; j < 3; j++)
			KUNIT_ASSERT_EQ(test, luo_object_register_kind(stages[orders[i][j]]), 0);
		KUNIT_EXPECT_STREQ(test, stages_called, "bmt");
		luo_order_exit(test);
	}
}

/* A kind waits for one that is not there, and says so. */
static void luo_order_waits(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_middle");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 1), "stage_base");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 2), "");
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_middle_kind), 0);
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_middle_kind, 0), "stage_base");
	/* It is registered, and not ready. */
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_middle");
	KUNIT_EXPECT_STREQ(test, stages_called, "");

	/* A kind without a ready function is ready when it is registered. */
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "mt");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "");
}

/* A kind that was unregistered is not called, and waits again. */
static void luo_order_unregister(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_middle_kind), 0);
	luo_object_unregister_kind(&stage_top_kind);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "m");

	/* A ready kind stays ready if one that it needs is unregistered. */
	luo_object_unregister_kind(&stage_base_kind);
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_middle_kind, 0), "");
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_base");
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "mt");
}

/* A kind that cannot load its objects: those that need it wait. */
static void luo_order_fails(struct kunit *test)
{
	stage_middle_err = -EIO;
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	/* The error is that of the call, and the kind is not registered. */
	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&stage_middle_kind), -EIO);
	KUNIT_EXPECT_STREQ(test, stages_called, "m");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_middle");

	/* In a later call, the kind stays registered, and is not called again. */
	luo_object_unregister_kind(&stage_base_kind);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_middle_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "mm");
	luo_object_unregister_kind(&stage_base_kind);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "mm");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_middle");
}

/* Kinds that need each other wait. */
static void luo_order_circle(struct kunit *test)
{
	static const char *const needs[] = { "stage_top", NULL };

	stage_middle_kind.needs = needs;
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_middle_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_EXPECT_STREQ(test, stages_called, "");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_middle_kind, 0), "stage_top");
	KUNIT_EXPECT_STREQ(test, stage_waits_for(&stage_top_kind, 0), "stage_middle");
}

/* The place of each kind in the list, from which they are frozen backwards. */
static void luo_order_frozen(struct kunit *test)
{
	const struct luo_object_kind *kind;
	char order[8] = "";

	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_top_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_middle_kind), 0);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&stage_base_kind), 0);
	guard(mutex)(&luo_object_kinds_lock);
	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!strncmp(kind->name, "stage_", 6))
			strncat(order, kind->name + 6, 1);
	}
	KUNIT_EXPECT_STREQ(test, order, "bmt");
}

static struct kunit_case luo_order_cases[] = {
	KUNIT_CASE(luo_order_any),
	KUNIT_CASE(luo_order_waits),
	KUNIT_CASE(luo_order_unregister),
	KUNIT_CASE(luo_order_fails),
	KUNIT_CASE(luo_order_circle),
	KUNIT_CASE(luo_order_frozen),
	{}
};

static struct kunit_suite luo_order_suite = {
	.name = "luo_object_order",
	.init = luo_order_init,
	.exit = luo_order_exit,
	.test_cases = luo_order_cases,
};

kunit_test_suite(luo_order_suite);
