// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of kinds with fields
 *
 * An older and a newer kernel are two kinds with one name. The struct of the older kind
 * is the beginning of that of the newer one. One loads the objects that the other one
 * saved: missing fields are filled, and a version that would lose a value is skipped.
 */

#include <kunit/test.h>
#include <linux/kho/abi/luo_layout.h>
#include <linux/luo_field.h>

#include "luo_object_kunit.h"

/* The kind in an older kernel. */
struct probe_old_ser {
	u64 id;
	u16 level;
	s16 offset;
	u32 reserved;
};

#define PROBE_OLD_FIELDS(field, ser)					\
	field(ser, 0, u64, id)						\
	field(ser, 0, u16, level, .min = 1, .max = 100)			\
	field(ser, 0, s16, offset, .min = (u64)-50, .max = 50)		\
	field(ser, 0, reserved, reserved)

#define PROBE_OLD_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND_UNLISTED(probe_old, struct probe_old_ser, PROBE_OLD_FIELDS,
			 PROBE_OLD_VERSIONS);

/* The kind in a newer kernel. */
struct probe_ser {
	u64 id;
	u16 level;
	s16 offset;
	u32 reserved;
	u64 samples;
	u64 owner;
	u8 label[8];
	u32 rate;
	u32 colour;
};

/* An older kernel has the rate in its level. */
static int probe_upgrade(void *ser)
{
	struct probe_ser *probe = ser;

	probe->rate = probe->level * 10;

	return 0;
}

static int probe_downgrade(void *ser)
{
	struct probe_ser *probe = ser;

	if (probe->rate % 10)
		return -ENODATA;
	probe->level = probe->rate / 10;

	return 0;
}

#define PROBE_FIELDS(field, ser)					\
	field(ser, 0, u64, id)						\
	field(ser, 0, u16, level, .min = 1, .max = 100)			\
	field(ser, 0, s16, offset, .min = (u64)-50, .max = 50)		\
	field(ser, 0, reserved, reserved)				\
	field(ser, 1, array, samples)					\
	field(ser, 1, u64, owner)					\
	field(ser, 1, bytes, label)					\
	field(ser, 2, u32, rate, .droppable = true)			\
	field(ser, 2, u32, colour, .fallback = 7)

#define PROBE_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, retired)					\
	version(kind, 0, mandatory, .upgrade = probe_upgrade,		\
		.downgrade = probe_downgrade)

LUO_DEFINE_KIND_UNLISTED(probe, struct probe_ser, PROBE_FIELDS, PROBE_VERSIONS);

static const struct luo_object_id probe_id = { "probe", 1 };

static const struct probe_ser probe_plain = {
	.id = 4711,
	.level = 2,
	.offset = -3,
	.rate = 20,
	.colour = 7,
};

static int luo_field_init(struct kunit *test)
{
	probe_old_kind.name = "probe";
	probe_old_kind.selected = ~0UL;
	probe_kind.selected = BIT(0) | BIT(2);

	return luo_loopback_init(test);
}

static int probe_save(const struct probe_ser *probe)
{
	return luo_object_convert_save(&luo_loopback_out, &probe_kind, 1, probe,
				       GFP_KERNEL);
}

static bool probe_stored(u32 version)
{
	const struct luo_object_table *table;

	table = luo_object_table_find(&luo_loopback_out.tables, "probe");

	return table && luo_object_table_record(table, 1, version);
}

static void luo_field_sizes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, probe_kind.size, 48);
	KUNIT_EXPECT_EQ(test, probe_kind.versions[0].size, 48);
	KUNIT_EXPECT_EQ(test, probe_kind.versions[1].size, 40);
	KUNIT_EXPECT_EQ(test, probe_kind.versions[2].size, 16);
}

static void luo_field_same_version(struct kunit *test)
{
	struct probe_ser probe = probe_plain, loaded;

	probe.samples = 5 * PAGE_SIZE;
	probe.owner = 42;
	memcpy(probe.label, "eight by", 8);
	probe.colour = 3;
	KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in, &probe_kind,
						      1, &loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &probe, sizeof(probe));
	luo_object_in_finish(&luo_loopback_in, &probe_id);
}

static void luo_field_to_newer(struct kunit *test)
{
	struct probe_old_ser old = { .id = 4711, .level = 2, .offset = -3 };
	struct probe_ser loaded;

	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &probe_old_kind, 1, &old,
						      GFP_KERNEL), 0);
	luo_loopback_kexec();
	memset(&loaded, 0xff, sizeof(loaded));
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in, &probe_kind,
						      1, &loaded), 0);
	/* The table fills the colour, the upgrade function the rate. */
	KUNIT_EXPECT_MEMEQ(test, &loaded, &probe_plain, sizeof(loaded));
	luo_object_in_finish(&luo_loopback_in, &probe_id);
}

static void luo_field_to_older(struct kunit *test)
{
	struct probe_ser probe = probe_plain;
	struct probe_old_ser old;

	probe.rate = 50;
	KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_TRUE(test, probe_stored(2));
	KUNIT_EXPECT_FALSE(test, probe_stored(1));
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in,
						      &probe_old_kind, 1, &old), 0);
	KUNIT_EXPECT_EQ(test, old.id, 4711);
	KUNIT_EXPECT_EQ(test, old.level, 5);
	KUNIT_EXPECT_EQ(test, old.offset, -3);
	luo_object_in_finish(&luo_loopback_in, &probe_id);
}

/* A version that would lose a value is not written, the newer one is. */
static void luo_field_refuses_to_lose(struct kunit *test)
{
	struct probe_ser probe;

	probe = probe_plain;
	probe.colour = 8;
	KUNIT_EXPECT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_TRUE(test, probe_stored(2));
	KUNIT_EXPECT_FALSE(test, probe_stored(0));
	luo_object_out_abort(&luo_loopback_out, &probe_id);

	probe = probe_plain;
	probe.label[7] = 'x';
	KUNIT_EXPECT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_FALSE(test, probe_stored(0));
	luo_object_out_abort(&luo_loopback_out, &probe_id);

	/* A downgrade function can refuse a version too. */
	probe = probe_plain;
	probe.rate = 21;
	KUNIT_EXPECT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_FALSE(test, probe_stored(0));
	luo_object_out_abort(&luo_loopback_out, &probe_id);

	/* If no version has the field, the save fails. */
	probe_kind.selected = BIT(2);
	KUNIT_EXPECT_EQ(test, probe_save(&probe), -ENODATA);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
}

static void luo_field_update(struct kunit *test)
{
	struct probe_ser probe = probe_plain, loaded;
	const u64 unknown = 2;

	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&probe_kind, unknown, &probe),
			-ENOENT);
	KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_EQ(test, probe_save(&probe), -EEXIST);
	KUNIT_EXPECT_TRUE(test, probe_stored(0));

	probe.id = 5;
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&probe_kind, 1, &probe), 0);
	KUNIT_EXPECT_TRUE(test, probe_stored(0));

	/* The older version cannot hold the new value. */
	probe.colour = 9;
	KUNIT_EXPECT_EQ(test, luo_object_convert_update(&luo_loopback_out,
							&probe_kind, 1, &probe), 0);
	KUNIT_EXPECT_FALSE(test, probe_stored(0));

	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in, &probe_kind,
						      1, &loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &probe, sizeof(probe));
	luo_object_in_finish(&luo_loopback_in, &probe_id);
}

static int probe_update(const struct probe_ser *probe)
{
	return luo_object_convert_update(&luo_loopback_out, &probe_kind, 1, probe);
}

/* A version that was skipped is written once it can hold the value. */
static void luo_field_update_brings_back(struct kunit *test)
{
	struct probe_ser probe = probe_plain;
	struct probe_old_ser old;

	probe.colour = 9;
	KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
	KUNIT_EXPECT_FALSE(test, probe_stored(0));

	probe.colour = 7;
	probe.id = 5;
	KUNIT_EXPECT_EQ(test, probe_update(&probe), 0);
	KUNIT_EXPECT_TRUE(test, probe_stored(0));

	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in,
						      &probe_old_kind, 1, &old), 0);
	KUNIT_EXPECT_EQ(test, old.id, 5);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &probe_id),
			0);
}

/* If no version can hold the value, the update fails and changes nothing. */
static void luo_field_update_refused(struct kunit *test)
{
	struct probe_ser probe = probe_plain, loaded;

	probe_kind.selected = BIT(2);
	KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
	probe.colour = 9;
	KUNIT_EXPECT_EQ(test, probe_update(&probe), -ENODATA);
	KUNIT_EXPECT_TRUE(test, probe_stored(0));

	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in, &probe_kind,
						      1, &loaded), 0);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &probe_plain, sizeof(probe));
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &probe_id),
			0);
}

/*
 * If an allocation fails, either all versions have the old value or all have the new one.
 */
static void luo_field_update_without_memory(struct kunit *test)
{
	struct probe_ser probe = probe_plain, loaded;
	struct probe_old_ser old;
	unsigned long nth = 0;
	bool failed;
	int err;

	do {
		probe = probe_plain;
		KUNIT_ASSERT_EQ(test, probe_save(&probe), 0);
		probe.id = 5;
		luo_loopback_fail_nth(++nth);
		err = probe_update(&probe);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ(test, err, failed ? -ENOMEM : 0);

		luo_loopback_kexec();
		KUNIT_EXPECT_EQ(test,
				luo_object_convert_load(&luo_loopback_in,
							&probe_kind, 1, &loaded),
				0);
		KUNIT_EXPECT_EQ(test, loaded.id, failed ? 4711 : 5);
		KUNIT_EXPECT_EQ(test,
				luo_object_convert_load(&luo_loopback_in,
							&probe_old_kind, 1, &old),
				0);
		KUNIT_EXPECT_EQ(test, old.id, failed ? 4711 : 5);
		KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in,
							   &probe_id), 0);
	} while (failed);
}

static unsigned int picky_upgrades;

static int picky_upgrade(void *ser)
{
	picky_upgrades++;

	return 0;
}

#define PICKY_VERSIONS(version, kind)					\
	version(kind, 0, mandatory, .upgrade = picky_upgrade)

LUO_DEFINE_KIND_UNLISTED(picky, struct probe_old_ser, PROBE_OLD_FIELDS,
			 PICKY_VERSIONS);

/* An upgrade function gets only valid values. */
static void luo_field_checked_before_upgrade(struct kunit *test)
{
	struct probe_old_ser old = { .level = 101 };
	const struct luo_object_id id = { "picky", 1 };

	picky_upgrades = 0;
	KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out, &old,
						   sizeof(old), &id, 0, 0,
						   GFP_KERNEL), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &picky_kind,
						      1, &old), -ERANGE);
	KUNIT_EXPECT_EQ(test, picky_upgrades, 0U);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &id), 0);
}

static const struct probe_bad {
	const char *what;
	struct probe_ser probe;
} probe_bad_cases[] = {
	{ "below the range", { .level = 0, .colour = 7 } },
	{ "above the range", { .level = 101, .colour = 7 } },
	{ "below a signed range", { .level = 1, .offset = -51, .colour = 7 } },
	{ "above a signed range", { .level = 1, .offset = 51, .colour = 7 } },
	{ "not zero", { .level = 1, .reserved = 1, .colour = 7 } },
	{ "no handle", { .level = 1, .samples = 12, .colour = 7 } },
};

/* A value out of range is neither written nor accepted from another kernel. */
static void luo_field_range(struct kunit *test)
{
	struct probe_ser loaded;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probe_bad_cases); i++) {
		const struct probe_bad *bad = &probe_bad_cases[i];
		const struct luo_object_id id = { "probe", 100 + i };

		KUNIT_EXPECT_EQ_MSG(test, probe_save(&bad->probe), -ERANGE,
				    "%s", bad->what);
		KUNIT_EXPECT_FALSE(test, probe_stored(2));
		KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out,
							   &bad->probe,
							   sizeof(bad->probe),
							   &id, 2, 0,
							   GFP_KERNEL), 0);
	}
	luo_loopback_kexec();

	for (i = 0; i < ARRAY_SIZE(probe_bad_cases); i++) {
		memset(&loaded, 0xff, sizeof(loaded));
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_convert_load(&luo_loopback_in,
							    &probe_kind, 100 + i,
							    &loaded),
				    -ERANGE, "%s", probe_bad_cases[i].what);
		KUNIT_EXPECT_EQ(test, loaded.id, U64_MAX);
	}
	luo_object_in_drop(&luo_loopback_in, NULL);
}

/* The sign is extended for every size. */
static void luo_field_negative(struct kunit *test)
{
	const s64 good = -5, bad = -6;
	struct luo_field field = {
		.name = "number",
		.type = LUO_FIELD_SIGNED,
		.min = (u64)-5,
		.max = 5,
	};
	struct luo_object_version version = {};
	struct luo_object_kind kind = {
		.name = "signed",
		.fields = &field,
		.nr_fields = 1,
	};
	s64 loaded;

	for (field.size = 1; field.size <= sizeof(u64); field.size *= 2) {
		version.size = field.size;
		kind.size = field.size;
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_fields_load(&kind, &version,
							   &good, &loaded),
				    0, "%u bytes", field.size);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_fields_load(&kind, &version,
							   &bad, &loaded),
				    -ERANGE, "%u bytes", field.size);
	}
}

/* The newest version is out of range, the one before it is valid. */
static void luo_field_falls_back(struct kunit *test)
{
	struct probe_old_ser old = { .id = 1, .level = 1 };
	struct probe_ser bad = { .level = 101 }, loaded;

	KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out, &bad,
						   sizeof(bad), &probe_id, 2, 0,
						   GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out, &old,
						   sizeof(old), &probe_id, 0, 0,
						   GFP_KERNEL),
			0);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load(&luo_loopback_in, &probe_kind,
						      1, &loaded), 0);
	KUNIT_EXPECT_EQ(test, loaded.id, 1);
	luo_object_in_finish(&luo_loopback_in, &probe_id);
}

struct rare_ser {
	u64 value;
	u32 flags;
	u32 reserved;
};

#define RARE_FLAG	BIT(31)

#define RARE_FIELDS(field, ser)						\
	field(ser, 1, u64, value)					\
	field(ser, 1, u32, flags, .max = 1)				\
	field(ser, 1, reserved, reserved)

static int rare_downgrade_to_1(void *ser)
{
	const struct rare_ser *rare = ser;

	return rare->flags & RARE_FLAG ? -ENODATA : 0;
}

static int rare_downgrade_to_2(void *ser)
{
	struct rare_ser *rare = ser;

	if (rare->value == U64_MAX)
		return -ENODATA;
	rare->flags &= ~RARE_FLAG;

	return 0;
}

#define RARE_VERSIONS(version, kind)					\
	version(kind, 2, exceptional, .downgrade = rare_downgrade_to_2)	\
	version(kind, 1, mandatory, .downgrade = rare_downgrade_to_1)

LUO_DEFINE_KIND_UNLISTED(rare, struct rare_ser, RARE_FIELDS, RARE_VERSIONS);

/* Check that version @version of the object is stored, and no other one. */
static bool rare_stored(u32 version)
{
	const struct luo_object_id id = { "rare", 1 };

	return luo_object_out_size(&luo_loopback_out, &id, version) &&
	       !luo_object_out_size(&luo_loopback_out, &id, 3 - version);
}

static int rare_save(const struct rare_ser *rare)
{
	return luo_object_convert_save(&luo_loopback_out, &rare_kind, 1, rare,
				       GFP_KERNEL);
}

static int rare_update(const struct rare_ser *rare)
{
	return luo_object_convert_update(&luo_loopback_out, &rare_kind, 1, rare);
}

/* A version that is stored in place of the others if they would lose a value. */
static void luo_field_exceptional(struct kunit *test)
{
	const struct rare_ser plain = { .value = 5, .flags = 1 };
	const struct rare_ser rare = { .value = 6, .flags = RARE_FLAG };
	const struct rare_ser too_rare = { .value = U64_MAX, .flags = RARE_FLAG };
	struct rare_ser loaded = {};
	u32 version;

	KUNIT_ASSERT_EQ(test, luo_object_policy_select(&rare_kind, "newest",
						       &rare_kind.selected), 0);
	KUNIT_EXPECT_EQ(test, rare_kind.selected, BIT(1));

	KUNIT_ASSERT_EQ(test, rare_save(&plain), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(1));
	KUNIT_EXPECT_EQ(test, rare_update(&rare), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(2));
	KUNIT_EXPECT_EQ(test, rare_update(&rare), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(2));
	KUNIT_EXPECT_EQ(test, rare_update(&plain), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(1));
	/* Nothing is changed on failure. */
	KUNIT_EXPECT_EQ(test, rare_update(&too_rare), -ENODATA);
	KUNIT_EXPECT_TRUE(test, rare_stored(1));
	luo_object_convert_abort(&luo_loopback_out, &rare_kind, 1);
	KUNIT_EXPECT_EQ(test, rare_update(&rare), -ENOENT);
	KUNIT_EXPECT_EQ(test, rare_save(&too_rare), -ENODATA);
	KUNIT_EXPECT_FALSE(test, luo_object_out_any(&luo_loopback_out));

	KUNIT_ASSERT_EQ(test, rare_save(&rare), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(2));
	/* No version of the object is selected any more. */
	rare_kind.selected = 0;
	KUNIT_EXPECT_EQ(test, rare_update(&rare), 0);
	KUNIT_EXPECT_TRUE(test, rare_stored(2));
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load_newest(&luo_loopback_in,
							     &rare_kind, 1,
							     &loaded, &version), 0);
	KUNIT_EXPECT_EQ(test, version, 2U);
	KUNIT_EXPECT_EQ(test, loaded.value, 6ULL);
	KUNIT_EXPECT_EQ(test, loaded.flags, 0U);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("rare", 1), 0);
}

/* Each allocation of an update fails once. The object has one of its states. */
static void luo_field_exceptional_fail_nth(struct kunit *test)
{
	const struct rare_ser plain = { .value = 5, .flags = 1 };
	const struct rare_ser rare = { .value = 6, .flags = RARE_FLAG };
	unsigned long nth = 0;
	bool failed;
	int err;

	rare_kind.selected = BIT(1);
	do {
		KUNIT_ASSERT_EQ(test, rare_save(&plain), 0);
		luo_loopback_fail_nth(++nth);
		err = rare_update(&rare);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ(test, err, failed ? -ENOMEM : 0);
		KUNIT_EXPECT_TRUE(test, rare_stored(failed ? 1 : 2));
		luo_object_convert_abort(&luo_loopback_out, &rare_kind, 1);
	} while (failed);
}

/* A version that could be written but not loaded, or loaded but not written. */
static void luo_field_bad_fallback(struct kunit *test)
{
	struct luo_field fields[ARRAY_SIZE(probe_field_table)];
	struct luo_object_kind kind = probe_kind;

	memcpy(fields, probe_field_table, sizeof(fields));
	kind.fields = fields;
	KUNIT_EXPECT_TRUE(test, luo_object_fields_valid(&kind));
	fields[ARRAY_SIZE(fields) - 1].max = 6;
	KUNIT_EXPECT_FALSE(test, luo_object_fields_valid(&kind));
	fields[ARRAY_SIZE(fields) - 1].max = 0;
	fields[ARRAY_SIZE(fields) - 1].fallback = 1ULL << 32;
	KUNIT_EXPECT_FALSE(test, luo_object_fields_valid(&kind));
}

/* The names of two fields of the older kind are swapped. */
struct probe_swapped_ser {
	u64 id;
	u16 offset;
	s16 level;
	u32 reserved;
};

#define PROBE_SWAPPED_FIELDS(field, ser)				\
	field(ser, 0, u64, id)						\
	field(ser, 0, u16, offset)					\
	field(ser, 0, s16, level)					\
	field(ser, 0, reserved, reserved)

LUO_DEFINE_KIND_UNLISTED(probe_swapped, struct probe_swapped_ser,
			 PROBE_SWAPPED_FIELDS, PROBE_OLD_VERSIONS);

/* The CRC of "probe". */
#define PROBE_CRC	0xaab85dc7U

static const struct luo_object_id probe_layout_id = {
	.kind = LUO_LAYOUT_KIND,
	.instance = LUO_LAYOUT_INSTANCE(PROBE_CRC, 0),
};

/* Store an object of the older kind with its layout. */
static void probe_save_old(struct kunit *test)
{
	const struct probe_old_ser old = { .id = 4711, .level = 2, .offset = 3 };

	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &probe_old_kind, 1, &old,
						      GFP_KERNEL), 0);
}

static int probe_load_swapped(struct probe_swapped_ser *swapped)
{
	probe_swapped_kind.name = "probe";

	return luo_object_convert_load(&luo_loopback_in, &probe_swapped_kind, 1,
				       swapped);
}

/* The same version number, sizes and offsets, but not the same fields. */
static void luo_field_names_swapped(struct kunit *test)
{
	struct probe_swapped_ser swapped = { .id = 5 };
	struct probe_old_ser old;

	KUNIT_EXPECT_NE(test, probe_swapped_kind.versions[0].layout,
			probe_old_kind.versions[0].layout);
	KUNIT_EXPECT_EQ(test, probe_kind.versions[2].layout,
			probe_old_kind.versions[0].layout);

	probe_save_old(test);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, probe_load_swapped(&swapped), -EPROTO);
	KUNIT_EXPECT_EQ(test, swapped.id, 5ULL);
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in,
						      &probe_old_kind, 1, &old),
			0);
	KUNIT_EXPECT_EQ(test, old.level, 2);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &probe_id),
			0);
}

/* A kind whose objects are stored is not stored in another layout. */
static void luo_field_names_swapped_when_stored(struct kunit *test)
{
	const struct probe_swapped_ser swapped = { .level = 1 };

	probe_swapped_kind.name = "probe";
	probe_swapped_kind.selected = ~0UL;
	probe_save_old(test);
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &probe_swapped_kind, 2,
						      &swapped, GFP_KERNEL),
			-EPROTO);
	luo_object_out_abort(&luo_loopback_out, &probe_id);
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &probe_swapped_kind, 1,
						      &swapped, GFP_KERNEL), 0);
	luo_object_out_abort(&luo_loopback_out, &probe_id);
}

/* An object of an earlier release has no layout. The published layout is assumed. */
static void luo_field_without_layout(struct kunit *test)
{
	const struct probe_old_ser old = { .id = 4711, .level = 2 };
	struct probe_swapped_ser swapped;

	KUNIT_ASSERT_EQ(test, luo_object_out_store(&luo_loopback_out, &old,
						   sizeof(old), &probe_id, 0, 0,
						   GFP_KERNEL), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, probe_load_swapped(&swapped), 0);
	KUNIT_EXPECT_EQ(test, swapped.id, 4711ULL);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &probe_id),
			0);
}

/* The record that leads to the layout of the older kind. */
static struct luo_object_record_ser *probe_layout_record(struct kunit *test)
{
	struct luo_object_table *table =
		luo_object_table_find(&luo_loopback_out.tables, LUO_LAYOUT_KIND);

	KUNIT_ASSERT_NOT_NULL(test, table);

	return luo_object_table_record(table, probe_layout_id.instance, 1);
}

/* Nothing is read in a version whose layout is not known. Other kinds are not affected. */
static void luo_field_damaged_layout(struct kunit *test)
{
	struct rare_ser rare = { .value = 1 };
	struct luo_object_record_ser *record;
	struct probe_old_ser old;
	unsigned int i;

	rare_kind.selected = BIT(1);
	for (i = 0; i < 2; i++) {
		probe_save_old(test);
		KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
							      &rare_kind, 1, &rare,
							      GFP_KERNEL), 0);
		record = probe_layout_record(test);
		KUNIT_ASSERT_NOT_NULL(test, record);
		/* The digest, or the record, which is not found then. */
		if (i)
			record->crc ^= 1;
		else
			*(u8 *)luo_object_table_record_data(record) ^= 1;
		luo_loopback_kexec();
		KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in,
							      &probe_old_kind, 1,
							      &old),
				-EBADMSG);
		KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in,
							      &rare_kind, 1, &rare),
				0);
		KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in,
							   &probe_id), 0);
		KUNIT_EXPECT_EQ(test, luo_kunit_finish("rare", 1), 0);
	}
}

/* Layouts are stored once, and freed with the last object of their kind. */
static void luo_field_layouts_go_with_objects(struct kunit *test)
{
	const struct luo_object_id second = { "probe", 2 };
	struct luo_object_table *table;

	KUNIT_ASSERT_EQ(test, probe_save(&probe_plain), 0);
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &probe_kind, 2,
						      &probe_plain, GFP_KERNEL),
			0);
	table = luo_object_table_find(&luo_loopback_out.tables, LUO_LAYOUT_KIND);
	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_EXPECT_EQ(test, table->nr_records, 2ULL);
	luo_object_out_abort(&luo_loopback_out, &probe_id);
	KUNIT_EXPECT_EQ(test, table->nr_records, 2ULL);
	luo_object_out_abort(&luo_loopback_out, &second);
	KUNIT_EXPECT_EQ(test, table->nr_records, 0ULL);

	KUNIT_ASSERT_EQ(test, probe_save(&probe_plain), 0);
	KUNIT_EXPECT_EQ(test, table->nr_records, 2ULL);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &probe_id),
			0);
	KUNIT_EXPECT_NULL(test, luo_object_table_find(&luo_loopback_in.tables,
						      LUO_LAYOUT_KIND));
}

static struct kunit_case luo_field_cases[] = {
	KUNIT_CASE(luo_field_sizes),
	KUNIT_CASE(luo_field_same_version),
	KUNIT_CASE(luo_field_to_newer),
	KUNIT_CASE(luo_field_to_older),
	KUNIT_CASE(luo_field_refuses_to_lose),
	KUNIT_CASE(luo_field_update),
	KUNIT_CASE(luo_field_update_brings_back),
	KUNIT_CASE(luo_field_update_refused),
	KUNIT_CASE(luo_field_update_without_memory),
	KUNIT_CASE(luo_field_checked_before_upgrade),
	KUNIT_CASE(luo_field_range),
	KUNIT_CASE(luo_field_negative),
	KUNIT_CASE(luo_field_falls_back),
	KUNIT_CASE(luo_field_exceptional),
	KUNIT_CASE(luo_field_exceptional_fail_nth),
	KUNIT_CASE(luo_field_bad_fallback),
	KUNIT_CASE(luo_field_names_swapped),
	KUNIT_CASE(luo_field_names_swapped_when_stored),
	KUNIT_CASE(luo_field_without_layout),
	KUNIT_CASE(luo_field_damaged_layout),
	KUNIT_CASE(luo_field_layouts_go_with_objects),
	{}
};

static struct kunit_suite luo_field_suite = {
	.name = "luo_field",
	.init = luo_field_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_field_cases,
};

kunit_test_suite(luo_field_suite);
