// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of objects without memory
 *
 * Each allocation of each call fails once, in turn, until the call succeeds. A failed
 * call must change nothing, and must succeed when it is repeated. In user space
 * allocations of the heap fail as well.
 */

#include <kunit/test.h>
#include <linux/debug_locks.h>
#include <linux/kconfig.h>
#include <linux/luo_field.h>
#include <linux/minmax.h>
#include <linux/sched/mm.h>

#include "luo_object_kunit.h"

/* More allocations than one call makes, except for those that read a whole set. */
#define NR_ALLOCATIONS_MAX	2000

/*
 * Repeat @call, with its first allocation failing, then its second one, and so on, until
 * none fails. The last call must return 0, and all others -ENOMEM.
 */
#define luo_fail_each(test, call) do {					\
	struct kunit *__test = (test);					\
	unsigned long __nth = 0;					\
	bool __failed;							\
	int __err;							\
									\
	do {								\
		luo_loopback_fail_nth(++__nth);				\
		__err = (call);						\
		__failed = luo_loopback_failed();			\
		luo_loopback_fail_nth(0);				\
		KUNIT_ASSERT_EQ_MSG(__test, __err,			\
				    __failed ? -ENOMEM : 0,		\
				    "allocation %lu", __nth);		\
	} while (__failed && __nth < NR_ALLOCATIONS_MAX);		\
	KUNIT_EXPECT_FALSE(__test, __failed);				\
} while (0)

/* A store that fails leaves exactly the keys that were there before. */
static int luo_fail_store(struct kunit *test, const char *kind, u64 instance,
			  size_t size)
{
	unsigned long keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
	int err = luo_kunit_store(kind, instance, 0, size);

	if (err)
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				keys);

	return err;
}

static void luo_fail_first_store(struct kunit *test)
{
	luo_fail_each(test, luo_fail_store(test, "vm", 1, 40));
	luo_kunit_abort("vm", 1);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	luo_fail_each(test, luo_fail_store(test, "vm", 1, 8000));
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 8000), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
}

/* Store enough objects for the index, the table and the pool to grow. */
static void luo_fail_many_stores(struct kunit *test)
{
	const u64 nr = 3 * LUO_OBJECT_RECORDS_PER_BLOCK;
	u64 i;

	for (i = 0; i < nr; i++)
		luo_fail_each(test, luo_fail_store(test, "vm", i, 40));
	luo_loopback_kexec();
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static const char *luo_fail_kind(unsigned int i)
{
	static char name[LUO_OBJECT_KIND_LEN];

	scnprintf(name, sizeof(name), "kind-number-%u", i);

	return name;
}

/* Store many kinds, each of which extends the list of kinds. */
static void luo_fail_many_kinds(struct kunit *test)
{
	const unsigned int nr = 120;
	unsigned int i;

	for (i = 0; i < nr; i++)
		luo_fail_each(test, luo_fail_store(test, luo_fail_kind(i), 1,
						   40));

	luo_loopback_kexec();
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read(luo_fail_kind(i), 1, 0, 40),
				0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

/* After a failed store, the next kernel finds the objects stored before. */
static void luo_fail_then_kexec(struct kunit *test)
{
	unsigned long nth = 0;
	bool failed;

	do {
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
		luo_loopback_fail_nth(++nth);
		luo_kunit_store("new", 1, 0, 40);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);

		luo_loopback_kexec();
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_read("new", 1, 0, 40),
				failed ? -ENOENT : 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
	} while (failed && nth < NR_ALLOCATIONS_MAX);
	/*
	 * In the kernel only allocations of pages fail. A new kind needs one page, for
	 * its records.
	 */
	KUNIT_EXPECT_GT(test, nth, 1UL);
}

/* An abort allocates nothing, so it cannot fail. */
static void luo_fail_abort(struct kunit *test)
{
	unsigned long keys;
	u64 i;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("stays", 1, 0, 40), 0);
	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("brief", i, 0, 40), 0);

	luo_loopback_fail_nth(1);
	for (i = 0; i < 1000; i++)
		luo_kunit_abort("brief", i);
	KUNIT_EXPECT_FALSE(test, luo_loopback_failed());
	luo_loopback_fail_nth(0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("brief", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("stays", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("stays", 1), 0);
}

/*
 * A filesystem stores an object in reclaim, where it may not enter itself again.
 * The lock is then below fs_reclaim, and lockdep reports it if any other store
 * enters reclaim while it holds the lock: through a new kind, blocks of the table,
 * blocks of the pool and the index.
 */
static void luo_fail_reclaim(struct kunit *test)
{
	u64 i;

	if (!IS_ENABLED(CONFIG_PROVE_LOCKING) || !debug_locks)
		kunit_skip(test, "lockdep is off");

	fs_reclaim_acquire(GFP_KERNEL);
	mutex_lock(&luo_loopback_out.lock);
	mutex_unlock(&luo_loopback_out.lock);
	fs_reclaim_release(GFP_KERNEL);

	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, 1, 8000), 0);
	for (i = 0; i < 1000; i++)
		luo_kunit_abort("vm", i);
	KUNIT_EXPECT_TRUE(test, debug_locks);
}

static void luo_fail_store_objects(struct kunit *test, u64 nr)
{
	u64 i;

	for (i = 0; i < nr; i++) {
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, 40), 0);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("other", i, 0, 100), 0);
	}
	luo_loopback_kexec();
}

static void luo_fail_read(struct kunit *test)
{
	const u64 nr = 200;
	u64 i;

	luo_fail_store_objects(test, nr);
	luo_fail_each(test, luo_kunit_read("vm", nr - 1, 0, 40));
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, 40), 0);
	luo_fail_each(test, luo_kunit_finish("vm", 0));
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("other", i, 0, 100), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_fail_finish(struct kunit *test)
{
	luo_fail_store_objects(test, 200);
	luo_fail_each(test, luo_kunit_finish("other", 7));
	KUNIT_EXPECT_EQ(test, luo_kunit_read("other", 7, 0, 100), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 7, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_fail_drop(struct kunit *test)
{
	luo_fail_store_objects(test, 200);
	luo_fail_each(test, luo_kunit_drop("vm"));
	KUNIT_EXPECT_EQ(test, luo_kunit_read("other", 7, 0, 100), 0);
	luo_fail_each(test, luo_kunit_drop(NULL));
}

struct rate_ser {
	u64 value;
	u64 limit;
};

struct rate_burst_ser {
	u64 size;
};

struct rate {
	struct rate_ser ser;
	struct rate_burst_ser burst;
};

static int rate_downgrade(void *ser)
{
	struct rate_ser *rate = ser;

	rate->value = min(rate->value, rate->limit);

	return 0;
}

#define RATE_FIELDS(field, ser)						\
	field(ser, 0, u64, value)					\
	field(ser, 1, u64, limit, .droppable = true)

#define RATE_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, mandatory, .downgrade = rate_downgrade)

#define RATE_BURST_FIELDS(field, ser)					\
	field(ser, 0, u64, size)

#define RATE_BURST_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

#define RATE_SUBSECTIONS(subsection, object)				\
	subsection(object, burst)

LUO_DEFINE_SUBSECTION_UNLISTED(rate, burst, struct rate_burst_ser, RATE_BURST_FIELDS,
			       RATE_BURST_VERSIONS);
LUO_DEFINE_KIND_WITH_UNLISTED(rate, struct rate_ser, RATE_FIELDS, RATE_VERSIONS,
			      struct rate, RATE_SUBSECTIONS);

static int rate_update_without_memory(struct kunit *test, const struct rate *rate)
{
	int err;

	luo_loopback_fail_nth(1);
	err = luo_object_convert_update(&luo_loopback_out, &rate_kind, 1, rate);
	KUNIT_EXPECT_EQ(test, luo_loopback_failed(), err == -ENOMEM);
	luo_loopback_fail_nth(0);

	return err;
}

/* A freeze function changes values, in all versions and subsections, without memory. */
static void luo_fail_update(struct kunit *test)
{
	struct rate rate = { .ser = { 5, 9 } }, loaded = {};
	int err;

	err = luo_object_register_kind(&rate_kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out, &rate_kind, 1,
						      &rate, GFP_KERNEL), 0);
	rate.ser = (struct rate_ser){ 8, 7 };
	KUNIT_EXPECT_EQ(test, rate_update_without_memory(test, &rate), 0);

	/* A subsection that is not stored yet needs memory. */
	rate.burst.size = 3;
	KUNIT_EXPECT_EQ(test, rate_update_without_memory(test, &rate), -ENOMEM);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out, &rate_kind, 1,
							&rate), 0);
	rate.burst.size = 4;
	rate.ser.value = 6;
	KUNIT_EXPECT_EQ(test, rate_update_without_memory(test, &rate), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &rate_kind, 1,
						      &loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &rate, sizeof(rate));
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("rate", 1), 0);
	luo_object_unregister_kind(&rate_kind);
}

static struct kunit_case luo_object_fail_cases[] = {
	KUNIT_CASE(luo_fail_first_store),
	KUNIT_CASE(luo_fail_many_stores),
	KUNIT_CASE(luo_fail_many_kinds),
	KUNIT_CASE(luo_fail_then_kexec),
	KUNIT_CASE(luo_fail_abort),
	KUNIT_CASE(luo_fail_reclaim),
	KUNIT_CASE(luo_fail_read),
	KUNIT_CASE(luo_fail_finish),
	KUNIT_CASE(luo_fail_drop),
	KUNIT_CASE(luo_fail_update),
	{}
};

static struct kunit_suite luo_object_fail_suite = {
	.name = "luo_object_fail",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_fail_cases,
};

kunit_test_suite(luo_object_fail_suite);
