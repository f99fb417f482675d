// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of objects
 *
 * Store, update, abort, read, finish and drop objects, over a simulated kexec.
 * luo_object_damage_kunit.c tests corrupt objects, and luo_object_fail_kunit.c failed
 * allocations.
 */

#include <kunit/test.h>
#include <linux/libfdt.h>
#include <linux/limits.h>
#include <linux/mm.h>

#include "luo_object_kunit.h"

static void luo_object_life(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 7, 0, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 7, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 7, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 7), 0);

	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 7, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
}

static void luo_object_versions_side_by_side(struct kunit *test)
{
	u32 version;

	for (version = 0; version < 5; version++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, version,
						      16 + 8 * version), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 2, 3, 16), 0);

	luo_loopback_kexec();
	for (version = 5; version-- > 0;)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, version,
						     16 + 8 * version), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 5, 16), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 2, 1, 24), -ENOENT);

	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
	for (version = 0; version < 5; version++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, version, 16),
				-ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 2, 3, 16), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 2), 0);
}

static void luo_object_stored_twice(struct kunit *test)
{
	const struct luo_object_id id = { "vm", 1 };
	static const u8 other[40];

	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_object_out_store(&luo_loopback_out, other, 40,
						   &id, 0, 0, GFP_KERNEL),
			-EEXIST);
	/* Another size or other flags do not make it another version. */
	KUNIT_EXPECT_EQ(test,
			luo_object_out_store(&luo_loopback_out, other, 8, &id,
					     0, LUO_OBJECT_RECORD_OPTIONAL,
					     GFP_KERNEL),
			-EEXIST);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
}

static void luo_object_every_size(struct kunit *test)
{
	static const size_t sizes[] = {
		1, 7, 8, 9, 4000, PAGE_SIZE - 32, PAGE_SIZE - 31, PAGE_SIZE,
		LUO_OBJECT_SIZE_MAX, 3 * PAGE_SIZE,
	};
	unsigned int i, nr = ARRAY_SIZE(sizes);

	if (3 * PAGE_SIZE > LUO_OBJECT_SIZE_MAX)
		nr--;
	for (i = 0; i < nr; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, sizes[i]), 0);
	luo_loopback_kexec();
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, sizes[i]), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, sizes[i] - 1),
				-EMSGSIZE);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", i), 0);
	}
}

static void luo_object_invalid(struct kunit *test)
{
	static const char * const names[] = {
		"", "1st", "-vm", "a/b", "a b", "a:1", "a;b", "a,b", "a@1",
		"a\n", "\xe9t\xe9",
		"x23456789012345678901234567890123456789012345678",
	};
	unsigned int i;

	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, 0,
					      LUO_OBJECT_SIZE_MAX + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, U16_MAX + 1, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, luo_kunit_store_flags("vm", 1, 0, 8,
						    LUO_OBJECT_RECORD_PRESENT),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, luo_kunit_store_flags("vm", 1, 0, 8, BIT(2)),
			-EINVAL);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_EQ_MSG(test, luo_kunit_store(names[i], 1, 0, 8),
				    -EINVAL, "kind '%s'", names[i]);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
}

static void luo_object_limits(struct kunit *test)
{
	static const char longest[] =
		"x2345678901234567890123456789012345678901234567";

	KUNIT_ASSERT_EQ(test, luo_kunit_store(longest, U64_MAX, U16_MAX, 8), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("a-B_c.d+9", 0, 0, 8), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read(longest, U64_MAX, U16_MAX, 8), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("a-B_c.d+9", 0, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static int luo_kunit_update(const char *kind, u64 instance, u32 version,
			    size_t size, u64 seed)
{
	const struct luo_object_id id = { kind, instance };
	u8 data[64];

	luo_pattern_fill(data, size, seed);

	return luo_object_out_update(&luo_loopback_out, data, size, &id,
				     version);
}

static void luo_object_updates(struct kunit *test)
{
	u64 seed;

	KUNIT_EXPECT_EQ(test, luo_kunit_update("vm", 1, 0, 40, 0), -ENOENT);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 1, 48), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 2, 0, 40), 0);

	/* It must not allocate. */
	luo_loopback_fail_nth(1);
	for (seed = 1; seed < 100; seed++)
		KUNIT_EXPECT_EQ(test, luo_kunit_update("vm", 1, 0, 40, seed),
				0);
	KUNIT_EXPECT_FALSE(test, luo_loopback_failed());
	luo_loopback_fail_nth(0);

	KUNIT_EXPECT_EQ(test, luo_kunit_update("vm", 1, 0, 48, 0), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_kunit_update("vm", 1, 2, 40, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_update("vm", 3, 0, 40, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_update("mv", 1, 0, 40, 0), -ENOENT);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read_seed("vm", 1, 0, 40, 99), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 1, 48), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 2, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_object_aborts(struct kunit *test)
{
	luo_kunit_abort("vm", 1);

	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 1, 8000), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 2, 0, 40), 0);
	luo_kunit_abort("vm", 3);
	luo_kunit_abort("mv", 1);
	luo_kunit_abort("vm", 1);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 1, 8000), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 2, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 2), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);

	/* With the last object its memory is freed, and another can be stored. */
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
	luo_kunit_abort("vm", 1);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
}

/* A kind without objects keeps no data page, even if another kind has objects. */
static void luo_object_aborts_kind(struct kunit *test)
{
	unsigned long keys;
	u64 i;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("stays", 0, 0, 40), 0);
	keys = luo_loopback_keys(LUO_LOOPBACK_OUTGOING);

	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("brief", i, 0, 40), 0);
	for (i = 0; i < 1000; i++)
		luo_kunit_abort("brief", i);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), keys);

	KUNIT_ASSERT_EQ(test, luo_kunit_store("brief", 1, 0, 40), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("brief", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("brief", 1), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("stays", 0), 0);
}

/* Storing and aborting repeatedly does not use more memory. */
static void luo_object_slots_are_reused(struct kunit *test)
{
	unsigned long keys = 0;
	u64 i;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 0, 0, 40), 0);
	for (i = 1; i < 2000; i++) {
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, 40), 0);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 1, 40), 0);
		luo_kunit_abort("vm", i);
		keys = max(keys, luo_loopback_keys(LUO_LOOPBACK_OUTGOING));
	}
	KUNIT_EXPECT_LE(test, keys, 5UL);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 0, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 0), 0);
}

#define NR_OBJECTS	3000

static void luo_object_many(struct kunit *test)
{
	u64 i;

	for (i = 0; i < NR_OBJECTS; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, 40), 0);
	KUNIT_EXPECT_LE(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
			NR_OBJECTS * (32UL + 40) / (PAGE_SIZE - 64) + 3);

	luo_loopback_kexec();
	for (i = NR_OBJECTS; i-- > 0;)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, 40), 0);
	for (i = 0; i < NR_OBJECTS; i += 2)
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", i), 0);
	for (i = 0; i < NR_OBJECTS; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", i, 0, 40),
				i % 2 ? 0 : -ENOENT);
	for (i = 1; i < NR_OBJECTS; i += 2)
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", i), 0);
}

/*
 * Kinds are published until the list is full. The list never moves and is complete
 * after each store, and a kind that does not fit changes nothing.
 */
static void luo_object_many_kinds(struct kunit *test)
{
	char name[LUO_OBJECT_KIND_LEN];
	unsigned int i, nr = 0;
	size_t size;
	void *blob;
	int err;

	blob = luo_loopback_blob(&size);
	KUNIT_ASSERT_NOT_NULL(test, blob);
	for (;;) {
		scnprintf(name, sizeof(name), "kind-number-%u", nr);
		err = luo_kunit_store(name, nr, 0, 40);
		if (err)
			break;
		nr++;
		KUNIT_EXPECT_PTR_EQ(test, luo_loopback_blob(&size), blob);
		KUNIT_EXPECT_EQ(test, fdt_check_header(blob), 0);
		KUNIT_EXPECT_GE(test, fdt_subnode_offset(blob, 0, name), 0);
	}
	KUNIT_EXPECT_EQ(test, err, -ENOSPC);
	KUNIT_EXPECT_GT(test, nr, 500U);
	KUNIT_EXPECT_LT(test, fdt_subnode_offset(blob, 0, name), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("kind-number-0", 1, 0, 40), 0);
	luo_kunit_abort("kind-number-0", 1);

	luo_loopback_kexec();
	for (i = 0; i < nr; i++) {
		scnprintf(name, sizeof(name), "kind-number-%u", i);
		KUNIT_EXPECT_EQ(test, luo_kunit_read(name, i, 0, 40), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish(name, i), 0);
	}
}

/* Names whose nodes end with and without padding, up to the longest. */
static void luo_object_kind_names(struct kunit *test)
{
	static const char name[] =
		"x2345678901234567890123456789012345678901234567";
	const char *kind;

	for (kind = &name[0]; *kind; kind++) {
		/* A digit cannot begin a name. */
		char copy[sizeof(name)];

		strscpy(copy, kind);
		copy[0] = 'x';
		KUNIT_ASSERT_EQ(test, luo_kunit_store(copy, 1, 0, 40), 0);
	}
	luo_loopback_kexec();
	for (kind = &name[0]; *kind; kind++) {
		char copy[sizeof(name)];

		strscpy(copy, kind);
		copy[0] = 'x';
		KUNIT_EXPECT_EQ(test, luo_kunit_read(copy, 1, 0, 40), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish(copy, 1), 0);
	}
}

/* A kernel that stores nothing publishes an empty list. */
static void luo_object_empty_list(struct kunit *test)
{
	size_t size;

	KUNIT_EXPECT_NOT_NULL(test, luo_loopback_blob(&size));
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

/* The next kernel ignores a kind without objects. */
static void luo_object_empty_kind(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);
	luo_kunit_abort("vm", 1);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
}

/* One object in more versions than a probe may walk past. */
static void luo_object_too_many_versions(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < LUO_OBJECT_VERSIONS_MAX; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, i, 8), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, i, 8), -E2BIG);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 1, 0, 8), -EEXIST);
	KUNIT_EXPECT_EQ(test, luo_kunit_store("vm", 2, i, 8), 0);

	luo_loopback_kexec();
	for (i = 0; i < LUO_OBJECT_VERSIONS_MAX; i++)
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, i, 8), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, i, 8), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_object_first_boot(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("vm"), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

static void luo_object_unknown(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("mv", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("v", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vmm", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 2, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 1, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("mv", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("mv"), -ENOENT);

	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
}

static void luo_object_wrong_size(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 1, 0, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 48), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 32), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 1), 0);
}

/*
 * The data of two kinds is in one page. The first kind is finished before a call for
 * the second one.
 */
static void luo_object_kinds_share_pages(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, luo_kunit_store("first", 1, 0, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("second", 1, 0, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("first", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("first", 1), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("second", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("second", 1), 0);
}

static void luo_object_drops(struct kunit *test)
{
	u64 i;

	for (i = 0; i < 300; i++) {
		KUNIT_ASSERT_EQ(test, luo_kunit_store("a", i, 0, 40), 0);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("b", i, 0, 40), 0);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("c", i, 0, 40), 0);
	}

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("a", 5), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("b"), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("b"), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("b", 1, 0, 40), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("a", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("c", 1, 0, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

static u64 luo_object_unclaimed(const char *kind)
{
	struct luo_object_table *table = NULL;

	mutex_lock(&luo_loopback_in.lock);
	if (!luo_object_in_read_all(&luo_loopback_in))
		table = luo_object_table_find(&luo_loopback_in.tables, kind);
	mutex_unlock(&luo_loopback_in.lock);

	return table ? table->nr_records : 0;
}

static void luo_object_lists_unclaimed(struct kunit *test)
{
	u64 i;

	for (i = 0; i < 10; i++)
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", i, 0, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 3, 1, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("other", 3, 1, 40), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_unclaimed("vm"), 11ULL);
	KUNIT_EXPECT_EQ(test, luo_object_unclaimed("other"), 1ULL);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", 3), 0);
	KUNIT_EXPECT_EQ(test, luo_object_unclaimed("vm"), 9ULL);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("vm"), 0);
	KUNIT_EXPECT_EQ(test, luo_object_unclaimed("vm"), 0ULL);
	KUNIT_EXPECT_EQ(test, luo_object_unclaimed("other"), 1ULL);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

/*
 * Each kernel changes the objects that it knows and stores them again, and drops all
 * others.
 */
static void luo_object_generations(struct kunit *test)
{
	unsigned int generation;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", 0, 0, 40), 0);
	for (generation = 0; generation < 5; generation++) {
		KUNIT_ASSERT_EQ(test, luo_kunit_store("left", generation, 0,
						      40), 0);
		luo_loopback_kexec();
		KUNIT_EXPECT_EQ(test, luo_kunit_read("vm", generation, 0, 40),
				0);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", generation, 0, 40),
				0);
		luo_kunit_abort("vm", generation);
		KUNIT_ASSERT_EQ(test, luo_kunit_store("vm", generation + 1, 0,
						      40), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("vm", generation), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_drop("left"), 0);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED),
				0UL);
	}
	luo_kunit_abort("vm", generation);
}

static struct kunit_case luo_object_cases[] = {
	KUNIT_CASE(luo_object_life),
	KUNIT_CASE(luo_object_versions_side_by_side),
	KUNIT_CASE(luo_object_stored_twice),
	KUNIT_CASE(luo_object_every_size),
	KUNIT_CASE(luo_object_invalid),
	KUNIT_CASE(luo_object_limits),
	KUNIT_CASE(luo_object_updates),
	KUNIT_CASE(luo_object_aborts),
	KUNIT_CASE(luo_object_aborts_kind),
	KUNIT_CASE(luo_object_slots_are_reused),
	KUNIT_CASE(luo_object_many),
	KUNIT_CASE(luo_object_many_kinds),
	KUNIT_CASE(luo_object_kind_names),
	KUNIT_CASE(luo_object_empty_list),
	KUNIT_CASE(luo_object_empty_kind),
	KUNIT_CASE(luo_object_too_many_versions),
	KUNIT_CASE(luo_object_first_boot),
	KUNIT_CASE(luo_object_unknown),
	KUNIT_CASE(luo_object_wrong_size),
	KUNIT_CASE(luo_object_kinds_share_pages),
	KUNIT_CASE(luo_object_drops),
	KUNIT_CASE(luo_object_lists_unclaimed),
	KUNIT_CASE(luo_object_generations),
	{}
};

static struct kunit_suite luo_object_suite = {
	.name = "luo_object",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_cases,
};

kunit_test_suite(luo_object_suite);
