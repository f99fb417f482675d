// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of kinds
 *
 * An object is saved in the selected versions and loaded from the newest readable one.
 * Older and newer kernels are kinds with the same name and other versions.
 */

#include <kunit/test.h>
#include <linux/luo_field.h>

#include "../../kernel/liveupdate/luo_object_freeze.h"
#include "luo_object_kunit.h"

/* The object, and its wire formats, which grow. */
struct gauge {
	u64 value;
	u64 limit;
	u32 unit;
	/* The results that load and save return. */
	int err;
	/* The version that was loaded. */
	u32 loaded;
};

struct gauge_v0 {
	u64 value;
};

struct gauge_v1 {
	u64 value;
	u64 limit;
};

struct gauge_v2 {
	u64 value;
	u64 limit;
	u32 unit;
	u32 reserved;
};

static int gauge_save_v0(void *wire, const void *object)
{
	const struct gauge *gauge = object;
	struct gauge_v0 *v0 = wire;

	v0->value = gauge->value;

	return gauge->err;
}

static int gauge_save_v1(void *wire, const void *object)
{
	const struct gauge *gauge = object;
	struct gauge_v1 *v1 = wire;

	v1->value = gauge->value;
	v1->limit = gauge->limit;

	return 0;
}

static int gauge_save_v2(void *wire, const void *object)
{
	const struct gauge *gauge = object;
	struct gauge_v2 *v2 = wire;

	v2->value = gauge->value;
	v2->limit = gauge->limit;
	v2->unit = gauge->unit;

	return 0;
}

static int gauge_load_v0(const void *wire, void *object)
{
	const struct gauge_v0 *v0 = wire;
	struct gauge *gauge = object;

	gauge->loaded = 0;
	gauge->value = v0->value;

	return gauge->err;
}

static int gauge_load_v1(const void *wire, void *object)
{
	const struct gauge_v1 *v1 = wire;
	struct gauge *gauge = object;

	gauge->loaded = 1;
	gauge->value = v1->value;
	gauge->limit = v1->limit;

	return gauge->err;
}

static int gauge_load_v2(const void *wire, void *object)
{
	const struct gauge_v2 *v2 = wire;
	struct gauge *gauge = object;

	gauge->loaded = 2;
	gauge->value = v2->value;
	gauge->limit = v2->limit;
	gauge->unit = v2->unit;

	return gauge->err;
}

#define GAUGE_VERSION(n) {						\
	.version = n,							\
	.size = sizeof(struct gauge_v##n),				\
	.save = gauge_save_v##n,					\
	.load = gauge_load_v##n,					\
}

/* All versions, newest first. Another kernel has a part of this list. */
static const struct luo_object_version gauge_versions[] = {
	GAUGE_VERSION(2), GAUGE_VERSION(1), GAUGE_VERSION(0),
};

static const struct gauge gauge_saved = {
	.value = 0x1122334455667788, .limit = 99, .unit = 7,
};

/* Become a kernel that reads and writes versions @oldest to @newest. */
static struct luo_object_kind gauge_kind(u32 oldest, u32 newest)
{
	struct luo_object_kind kind = {
		.name = "gauge",
		.versions = &gauge_versions[2 - newest],
		.nr_versions = newest - oldest + 1,
	};

	luo_object_policy_select(&kind, "all", &kind.selected);

	return kind;
}

static int gauge_save(const struct luo_object_kind *kind)
{
	return luo_object_convert_save(&luo_loopback_out, kind, 1, &gauge_saved,
				       GFP_KERNEL);
}

static int gauge_load(const struct luo_object_kind *kind, struct gauge *gauge)
{
	*gauge = (struct gauge){ .loaded = U32_MAX };

	return luo_object_convert_load(&luo_loopback_in, kind, 1, gauge);
}

/* Hand over from a kernel with versions from[0] to to[0] to one with from[1] to to[1]. */
static void luo_kind_negotiate(struct kunit *test, const u32 *from,
			       const u32 *to)
{
	struct luo_object_kind kind = gauge_kind(from[0], to[0]);
	struct gauge gauge;

	KUNIT_ASSERT_EQ(test, gauge_save(&kind), 0);
	luo_loopback_kexec();

	kind = gauge_kind(from[1], to[1]);
	if (from[1] > to[0] || from[0] > to[1]) {
		KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge),
				-EPROTONOSUPPORT);
		KUNIT_EXPECT_EQ(test, gauge.loaded, U32_MAX);
	} else {
		KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), 0);
		KUNIT_EXPECT_EQ(test, gauge.loaded, min(to[0], to[1]));
		KUNIT_EXPECT_EQ(test, gauge.value, gauge_saved.value);
		KUNIT_EXPECT_EQ(test, gauge.limit,
				gauge.loaded > 0 ? gauge_saved.limit : 0);
		KUNIT_EXPECT_EQ(test, gauge.unit,
				gauge.loaded > 1 ? gauge_saved.unit : 0);
	}
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -ENOENT);
}

static void luo_kind_newest_common(struct kunit *test)
{
	/* Every non-empty subset of three versions. */
	static const u32 from[] = { 0, 0, 0, 1, 1, 2 };
	static const u32 to[] = { 0, 1, 2, 1, 2, 2 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		for (j = 0; j < ARRAY_SIZE(from); j++)
			luo_kind_negotiate(test, (u32[]){ from[i], from[j] },
					   (u32[]){ to[i], to[j] });
	}
}

static void luo_kind_selected_only(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct luo_object_kind old = gauge_kind(0, 1);
	struct gauge gauge;

	KUNIT_ASSERT_EQ(test, luo_object_policy_select(&kind, "gauge:2,0",
						       &kind.selected), 0);
	KUNIT_EXPECT_TRUE(test, luo_object_kind_writes(&kind, 2));
	KUNIT_EXPECT_FALSE(test, luo_object_kind_writes(&kind, 1));
	KUNIT_EXPECT_TRUE(test, luo_object_kind_writes(&kind, 0));
	KUNIT_EXPECT_FALSE(test, luo_object_kind_writes(&kind, 3));
	KUNIT_ASSERT_EQ(test, gauge_save(&kind), 0);

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&old, &gauge), 0);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 0U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

/* A version may be only read or only written. */
static void luo_kind_one_way_versions(struct kunit *test)
{
	static const struct luo_object_version versions[] = {
		{ .version = 2, .size = sizeof(struct gauge_v2),
		  .load = gauge_load_v2 },
		GAUGE_VERSION(1),
		{ .version = 0, .size = sizeof(struct gauge_v0),
		  .save = gauge_save_v0 },
	};
	struct luo_object_kind kind = {
		.name = "gauge",
		.versions = versions,
		.nr_versions = ARRAY_SIZE(versions),
	};
	struct luo_object_kind oldest = gauge_kind(0, 0);
	struct gauge gauge;

	luo_object_policy_select(&kind, "all", &kind.selected);
	KUNIT_EXPECT_FALSE(test, luo_object_kind_writes(&kind, 2));
	KUNIT_ASSERT_EQ(test, gauge_save(&kind), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 2, 24), -ENOENT);
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), 0);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 1U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	/* It does not read a version that it only writes. */
	KUNIT_ASSERT_EQ(test, gauge_save(&oldest), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, gauge_load(&oldest, &gauge), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

/* Unknown optional versions are ignored, unless one version is mandatory. */
static void luo_kind_mandatory_and_optional(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct gauge gauge;

	KUNIT_ASSERT_EQ(test, luo_kunit_store_flags("gauge", 1, 7, 40,
						    LUO_OBJECT_RECORD_OPTIONAL),
			0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store_flags("gauge", 1, 8, 40,
						    LUO_OBJECT_RECORD_OPTIONAL),
			0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	KUNIT_ASSERT_EQ(test, luo_kunit_store_flags("gauge", 1, 7, 40,
						    LUO_OBJECT_RECORD_OPTIONAL),
			0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 8, 40), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -EPROTONOSUPPORT);
	/* The object stays until it is finished. */
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 8, 40), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	/* An optional version that is known is loaded. */
	KUNIT_ASSERT_EQ(test, luo_kunit_store_flags("gauge", 1, 0, 8,
						    LUO_OBJECT_RECORD_OPTIONAL),
			0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), 0);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 0U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

static void luo_kind_lists_versions(struct kunit *test)
{
	const struct luo_object_id id = { "gauge", 1 };
	char found[32], tiny[4];
	bool mandatory;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 100, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 101, 40), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test,
			luo_object_in_versions(&luo_loopback_in, &id, found,
					       sizeof(found), &mandatory), 2);
	KUNIT_EXPECT_STREQ(test, found, "100,101");
	KUNIT_EXPECT_TRUE(test, mandatory);
	KUNIT_EXPECT_EQ(test,
			luo_object_in_versions(&luo_loopback_in, &id, tiny,
					       sizeof(tiny), &mandatory), 2);
	KUNIT_EXPECT_STREQ(test, tiny, "100");
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_kind_load_errors(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct gauge gauge = { .err = -ERANGE };

	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -ENOENT);

	/* If a load function fails, no other version is tried. */
	KUNIT_ASSERT_EQ(test, gauge_save(&kind), 0);
	luo_loopback_kexec();
	gauge.err = -ERANGE;
	KUNIT_EXPECT_EQ(test,
			luo_object_convert_load(&luo_loopback_in, &kind, 1,
						&gauge), -ERANGE);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 2U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	/* A version of another size is not loaded, but an older one is. */
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 2, 40), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 0, 8), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), 0);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 0U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 2, 40), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, gauge.loaded, U32_MAX);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

/*
 * If the newest version is corrupt, an older one is loaded; if all are, -EBADMSG.
 */
static void luo_kind_load_damaged(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct luo_object_record_ser *record;
	struct luo_object_table *table;
	struct gauge gauge;
	u32 nr, version;

	for (nr = 0; nr <= 3; nr++) {
		KUNIT_ASSERT_EQ(test, gauge_save(&kind), 0);
		table = luo_object_table_find(&luo_loopback_out.tables, "gauge");
		for (version = 3 - nr; version < 3; version++) {
			record = luo_object_table_record(table, 1, version);
			/* The data of one, the record of another. */
			if (version == 1)
				record->size++;
			else
				*(u8 *)luo_object_table_record_data(record) ^= 1;
		}
		luo_loopback_kexec();

		KUNIT_EXPECT_EQ(test, gauge_load(&kind, &gauge),
				nr < 3 ? 0 : -EBADMSG);
		KUNIT_EXPECT_EQ(test, gauge.loaded, nr < 3 ? 2 - nr : U32_MAX);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
	}
}

/*
 * A corrupt record of another object may have been a newer version of this object.
 * Nevertheless the version that is found is loaded, or its error is returned.
 */
static void luo_kind_load_beside_damage(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct luo_object_table *table;
	struct gauge gauge = {};
	u32 version;

	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 0, 8), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 2, 0, 9), 0);
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 3, 2, 24), 0);
	table = luo_object_table_find(&luo_loopback_out.tables, "gauge");
	luo_object_table_record(table, 3, 2)->crc ^= 1;
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test,
			luo_object_convert_load_newest(&luo_loopback_in, &kind, 1,
						       &gauge, &version), 0);
	KUNIT_EXPECT_EQ(test, version, 0U);
	KUNIT_EXPECT_EQ(test,
			luo_object_convert_load(&luo_loopback_in, &kind, 2,
						&gauge), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test,
			luo_object_convert_load(&luo_loopback_in, &kind, 3,
						&gauge), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), 0);
}

static void luo_kind_save_errors(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct gauge gauge = { .err = -ERANGE };

	/* If the last of three fails, none is stored. */
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out, &kind, 1,
						      &gauge, GFP_KERNEL), -ERANGE);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);

	/* A version that was stored before stays, and no other is stored. */
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 1, 16), 0);
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EEXIST);
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out, &kind, 1,
						      &gauge, GFP_KERNEL), -EEXIST);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 2, 24), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 1, 16), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 0, 8), -ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);

	/* Even a version that this kernel does not have. */
	KUNIT_ASSERT_EQ(test, luo_kunit_store("gauge", 1, 9, 16), 0);
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EEXIST);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_read("gauge", 1, 9, 16), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

static void luo_kind_save_without_memory(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	unsigned long nth = 0;
	struct gauge gauge;
	bool failed;
	int err;

	do {
		luo_loopback_fail_nth(++nth);
		err = gauge_save(&kind);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_ASSERT_EQ(test, err, failed ? -ENOMEM : 0);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				failed ? 0UL : 2UL);
	} while (failed);

	luo_loopback_kexec();
	nth = 0;
	do {
		luo_loopback_fail_nth(++nth);
		err = gauge_load(&kind, &gauge);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_ASSERT_EQ(test, err, failed ? -ENOMEM : 0);
	} while (failed);
	KUNIT_EXPECT_EQ(test, gauge.loaded, 2U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("gauge", 1), 0);
}

/* Before registration and after unregistration. */
static void luo_kind_not_registered(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	int err;

	kind.name = "gauge-of-kunit";
	kind.selected = 0;
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EINVAL);

	err = luo_object_register_kind(&kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_TRUE(test, luo_object_kind_writes(&kind, 2));
	luo_object_unregister_kind(&kind);
	KUNIT_EXPECT_FALSE(test, luo_object_kind_writes(&kind, 2));
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EINVAL);
}

/* The policy is to store no objects. */
static void luo_kind_policy_none(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	struct luo_object_kind none;
	int err;

	kind.name = "gauge-of-kunit";
	err = luo_object_register_kind(&kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, err, 0);
	err = luo_object_policy_select(&kind, "none", &kind.selected);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out, &kind, 1,
							&gauge_saved), -EOPNOTSUPP);
	KUNIT_EXPECT_FALSE(test, luo_object_out_any(&luo_loopback_out));

	/* An object that cannot be written in a selected version is another case. */
	err = luo_object_policy_select(&kind, "all", &kind.selected);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out, &kind, 1,
							&gauge_saved), -ENOENT);
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), 0);
	KUNIT_EXPECT_TRUE(test, luo_object_out_has(&luo_loopback_out, kind.name));
	luo_object_unregister_kind(&kind);

	/* One that cannot be written at all as well. */
	none = (struct luo_object_kind){
		.name = "gauge-of-kunit",
		.versions = &(const struct luo_object_version){
			.size = sizeof(struct gauge_v0), .load = gauge_load_v0,
		},
		.nr_versions = 1,
	};
	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&none), 0);
	luo_kunit_abort(none.name, 1);
	KUNIT_EXPECT_FALSE(test, luo_object_out_has(&luo_loopback_out, none.name));
	KUNIT_EXPECT_EQ(test, gauge_save(&none), -EINVAL);
	luo_object_unregister_kind(&none);
}

/*
 * A policy is not changed to none while objects are stored. This sets the policy of the
 * system for a moment.
 */
static void luo_kind_policy_busy(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2);
	char *before;
	int err;

	kind.name = "gauge-of-kunit";
	err = luo_object_register_kind(&kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, err, 0);
	mutex_lock(&luo_object_kinds_lock);
	before = kstrdup(luo_object_policy_get(), GFP_KERNEL);
	mutex_unlock(&luo_object_kinds_lock);

	KUNIT_EXPECT_EQ(test, gauge_save(&kind), 0);
	KUNIT_EXPECT_EQ(test, luo_object_policy_set(&luo_loopback_out,
						    "gauge-of-kunit:none"), -EBUSY);
	KUNIT_EXPECT_TRUE(test, luo_object_kind_writes(&kind, 2));
	luo_kunit_abort(kind.name, 1);
	KUNIT_EXPECT_EQ(test, luo_object_policy_set(&luo_loopback_out,
						    "gauge-of-kunit:none"), 0);
	KUNIT_EXPECT_FALSE(test, luo_object_kind_writes(&kind, 2));
	KUNIT_EXPECT_EQ(test, gauge_save(&kind), -EOPNOTSUPP);

	if (before)
		KUNIT_EXPECT_EQ(test, luo_object_policy_set(&luo_loopback_out, before), 0);
	KUNIT_EXPECT_TRUE(test, luo_object_kind_writes(&kind, 2));
	kfree(before);
	luo_object_unregister_kind(&kind);
}

struct crate_ser {
	u64 contents;
};

static unsigned int crates_dropped;

static int crate_drop(const void *ser)
{
	crates_dropped++;

	return 0;
}

#define CRATE_FIELDS(field, ser) field(ser, 0, u64, contents)
#define CRATE_VERSIONS(version, kind) version(kind, 0, mandatory)
LUO_DEFINE_KIND_UNLISTED(crate, struct crate_ser, CRATE_FIELDS, CRATE_VERSIONS);

/*
 * A drop returns -ENOMEM if there is no memory, and frees no object before its
 * contents.
 */
static void luo_kind_drop_without_memory(struct kunit *test)
{
	const unsigned int nr = 3;
	unsigned long nth = 0;
	unsigned int i;
	bool failed;
	int err;

	crate_kind.drop = crate_drop;
	err = luo_object_register_kind(&crate_kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, err, 0);

	do {
		crates_dropped = 0;
		for (i = 0; i < nr; i++)
			KUNIT_ASSERT_EQ(test, luo_kunit_store("crate", i, 0, 8),
					0);
		luo_loopback_kexec();
		luo_loopback_fail_nth(++nth);
		err = luo_object_kind_drop(&luo_loopback_in, "crate", NULL);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ_MSG(test, err, failed ? -ENOMEM : 0,
				    "allocation %lu", nth);
		if (err)
			KUNIT_EXPECT_EQ(test, luo_object_kind_drop(&luo_loopback_in,
								   "crate", NULL), 0);
		KUNIT_EXPECT_EQ_MSG(test, crates_dropped, nr, "allocation %lu",
				    nth);
	} while (failed);
	luo_object_unregister_kind(&crate_kind);
}

static unsigned int crates_frozen, crates_unfrozen;
static int crate_refusal;

static int crate_freeze(void)
{
	crates_frozen++;

	return 0;
}

static void crate_unfreeze(void)
{
	crates_unfrozen++;
}

static int lid_freeze(void)
{
	/* The kind that was registered last is frozen first. */
	return crates_frozen ? -EBUSY : crate_refusal;
}

LUO_DEFINE_KIND_UNLISTED(lid, struct crate_ser, CRATE_FIELDS, CRATE_VERSIONS);

/* A kind refuses the kexec, and those that were frozen before it are unfrozen. */
static void luo_kind_freeze(struct kunit *test)
{
	crate_kind.freeze = crate_freeze;
	crate_kind.unfreeze = crate_unfreeze;
	lid_kind.freeze = lid_freeze;
	crates_frozen = 0;
	crates_unfrozen = 0;
	if (luo_object_register_kind(&crate_kind) == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&lid_kind), 0);

	crate_refusal = -EAGAIN;
	KUNIT_EXPECT_EQ(test, luo_object_freeze(), -EAGAIN);
	KUNIT_EXPECT_EQ(test, crates_frozen, 0);
	KUNIT_EXPECT_EQ(test, crates_unfrozen, 0);

	crate_refusal = 0;
	KUNIT_EXPECT_EQ(test, luo_object_freeze(), 0);
	KUNIT_EXPECT_EQ(test, crates_frozen, 1);
	luo_object_unfreeze();
	KUNIT_EXPECT_EQ(test, crates_unfrozen, 1);
	luo_object_unfreeze();
	KUNIT_EXPECT_EQ(test, crates_unfrozen, 1);

	/* Registered again, the lid is before the crate, which is frozen first. */
	luo_object_unregister_kind(&crate_kind);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&crate_kind), 0);
	KUNIT_EXPECT_EQ(test, luo_object_freeze(), -EBUSY);
	KUNIT_EXPECT_EQ(test, crates_frozen, 2);
	KUNIT_EXPECT_EQ(test, crates_unfrozen, 2);

	luo_object_unregister_kind(&lid_kind);
	luo_object_unregister_kind(&crate_kind);
	crate_kind.freeze = NULL;
	crate_kind.unfreeze = NULL;
}

/* Refused before it is registered. */
static void luo_kind_invalid(struct kunit *test)
{
	static const struct luo_object_version good = GAUGE_VERSION(1);
	struct luo_object_version versions[2];
	struct luo_object_kind kind = {
		.name = "gauge-of-kunit",
		.versions = versions,
		.nr_versions = 2,
	};
	unsigned int i;

	for (i = 0; i < 9; i++) {
		versions[0] = good;
		versions[1] = good;
		versions[1].version = 0;
		kind.name = "gauge-of-kunit";
		kind.nr_versions = 2;

		switch (i) {
		case 0:
			versions[1].version = 1;
			break;
		case 1:
			versions[1].version = 2;
			break;
		case 2:
			versions[0].size = 0;
			break;
		case 3:
			versions[0].size = LUO_OBJECT_SIZE_MAX + 1;
			break;
		case 4:
			versions[0].flags = BIT(2);
			break;
		case 5:
			versions[1].save = NULL;
			versions[1].load = NULL;
			break;
		case 6:
			kind.nr_versions = 0;
			break;
		case 7:
			kind.nr_versions = BITS_PER_LONG + 1;
			break;
		case 8:
			kind.name = "no/kind";
			break;
		}
		if (luo_object_register_kind(&kind) == -EOPNOTSUPP)
			kunit_skip(test, "live update is off");
		KUNIT_EXPECT_EQ_MSG(test, luo_object_register_kind(&kind),
				    -EINVAL, "mistake %u", i);
	}
}

static void luo_kind_registered_twice(struct kunit *test)
{
	struct luo_object_kind kind = gauge_kind(0, 2), other = kind;
	int err;

	kind.name = "gauge-of-kunit";
	other.name = kind.name;
	err = luo_object_register_kind(&kind);
	if (err == -EOPNOTSUPP)
		kunit_skip(test, "live update is off");

	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&other), -EEXIST);
	/* Unregistering a kind that is not registered does nothing. */
	luo_object_unregister_kind(&other);
	luo_object_unregister_kind(&kind);
	luo_object_unregister_kind(&kind);
	KUNIT_ASSERT_EQ(test, luo_object_register_kind(&other), 0);
	luo_object_unregister_kind(&other);
}

static struct kunit_case luo_object_kind_cases[] = {
	KUNIT_CASE(luo_kind_newest_common),
	KUNIT_CASE(luo_kind_selected_only),
	KUNIT_CASE(luo_kind_one_way_versions),
	KUNIT_CASE(luo_kind_mandatory_and_optional),
	KUNIT_CASE(luo_kind_lists_versions),
	KUNIT_CASE(luo_kind_load_errors),
	KUNIT_CASE(luo_kind_load_damaged),
	KUNIT_CASE(luo_kind_load_beside_damage),
	KUNIT_CASE(luo_kind_save_errors),
	KUNIT_CASE(luo_kind_save_without_memory),
	KUNIT_CASE(luo_kind_not_registered),
	KUNIT_CASE(luo_kind_policy_none),
	KUNIT_CASE(luo_kind_policy_busy),
	KUNIT_CASE(luo_kind_drop_without_memory),
	KUNIT_CASE(luo_kind_freeze),
	KUNIT_CASE(luo_kind_invalid),
	KUNIT_CASE(luo_kind_registered_twice),
	{}
};

static struct kunit_suite luo_object_kind_suite = {
	.name = "luo_object_kind",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_kind_cases,
};

kunit_test_suite(luo_object_kind_suite);
