// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of subsections
 *
 * A plug has a mandatory subsection, a filter, and an optional one, a label. Test when
 * they are stored, that a kernel that does not know them refuses or skips them, and that
 * they are changed, rolled back and freed together with the plug.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/luo_field.h>

#include "../../kernel/liveupdate/luo_elements_internal.h"
#include "luo_object_kunit.h"

struct plug_filter_ser {
	u64 port;
	u64 action;
};

#define PLUG_FILTER_FIELDS(field, ser)					\
	field(ser, 1, u64, port, .max = 65535)				\
	field(ser, 1, u64, action, .min = 1, .max = 9, .fallback = 1)

#define PLUG_FILTER_VERSIONS(version, kind)				\
	version(kind, 1, mandatory)

LUO_DEFINE_SUBSECTION_UNLISTED(plug, filter, struct plug_filter_ser,
			       PLUG_FILTER_FIELDS, PLUG_FILTER_VERSIONS);

struct plug_label_ser {
	char text[8];
	u64 reads;
};

#define PLUG_LABEL_FIELDS(field, ser)					\
	field(ser, 1, string, text)					\
	field(ser, 1, u64, reads, .droppable = true)

#define PLUG_LABEL_VERSIONS(version, kind)				\
	version(kind, 1, optional)

LUO_DEFINE_SUBSECTION_UNLISTED(plug, label, struct plug_label_ser,
			       PLUG_LABEL_FIELDS, PLUG_LABEL_VERSIONS);

struct plug_ser {
	u64 speed;
	u64 watts;
};

#define PLUG_FIELDS(field, ser)						\
	field(ser, 1, u64, speed)					\
	field(ser, 2, u64, watts, .droppable = true)

#define PLUG_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)

struct plug {
	struct plug_ser ser;
	u64 between;
	struct plug_filter_ser filter;
	struct plug_label_ser label;
};

#define PLUG_SUBSECTIONS(subsection, object)				\
	subsection(object, filter)					\
	subsection(object, label)

LUO_DEFINE_KIND_WITH_UNLISTED(plug, struct plug_ser, PLUG_FIELDS, PLUG_VERSIONS,
			      struct plug, PLUG_SUBSECTIONS);

static const struct luo_object_id plug_id = { "plug", 1 };
static const struct luo_object_id filter_id = { "plug.filter", 1 };
static const struct luo_object_id label_id = { "plug.label", 1 };

/* A plug that needs no subsection: an action of 1 is the fallback. */
static const struct plug plug_plain = {
	.ser = { .speed = 5, .watts = 60 },
	.filter = { .action = 1 },
};

/* A plug that needs both. */
static const struct plug plug_full = {
	.ser = { .speed = 5, .watts = 60 },
	.filter = { .port = 80, .action = 2 },
	.label = { .text = "left", .reads = 3 },
};

/* The kind in a kernel that does not know subsections. */
static struct luo_object_kind plug_unaware(void)
{
	struct luo_object_kind kind = plug_kind;

	kind.subsections = NULL;
	kind.nr_subsections = 0;

	return kind;
}

static int luo_subsection_init(struct kunit *test)
{
	plug_kind.selected = ~0UL;
	plug_filter_kind.selected = ~0UL;
	plug_label_kind.selected = ~0UL;

	return luo_loopback_init(test);
}

static void plug_save(struct kunit *test, const struct plug *plug)
{
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &plug_kind, 1, plug,
						      GFP_KERNEL), 0);
}

static int plug_update(const struct plug *plug)
{
	return luo_object_convert_update(&luo_loopback_out, &plug_kind, 1, plug);
}

static int plug_load(struct plug *plug)
{
	return luo_object_convert_load(&luo_loopback_in, &plug_kind, 1, plug);
}

static bool plug_stored(const struct luo_object_id *id)
{
	return luo_object_out_stored(&luo_loopback_out, id);
}

/*
 * A plug and its subsections on a little-endian machine, which were published. Do not change
 * them. The number of a version has a mark if the object has a mandatory subsection.
 */
static const u8 plug_golden[] = {
	5, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 plug_filter_golden[] = {
	80, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
};

static const u8 plug_label_golden[] = {
	'l', 'e', 'f', 't', 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0,
};

static void luo_subsection_golden(struct kunit *test)
{
	const struct {
		const struct luo_object_id *id;
		u32 version;
		const u8 *golden;
	} parts[] = {
		{ &plug_id, 0x8002, plug_golden },
		{ &plug_id, 0x8001, plug_golden },
		{ &filter_id, 1, plug_filter_golden },
		{ &label_id, 1, plug_label_golden },
	};
	u8 data[16];
	unsigned int i;
	size_t size;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		kunit_skip(test, "the bytes are those of a little-endian machine");

	plug_save(test, &plug_full);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		size = parts[i].version == 0x8001 ? 8 : 16;
		memset(data, 0, sizeof(data));
		KUNIT_EXPECT_EQ(test, luo_object_out_size(&luo_loopback_out,
							  parts[i].id,
							  parts[i].version), size);
		luo_object_out_read(&luo_loopback_out, parts[i].id,
				    parts[i].version, 0, data, size);
		KUNIT_EXPECT_MEMEQ(test, data, parts[i].golden, size);
	}
	luo_object_convert_abort(&luo_loopback_out, &plug_kind, 1);
}

/* Check whether the versions of the plug have the mark, in all versions. */
static bool plug_marked(void)
{
	const u32 mark = 0x8000;
	bool marked = luo_object_out_size(&luo_loopback_out, &plug_id, 2 | mark);

	/* All versions have the same mark, and none is left with the other one. */
	if (marked == !!luo_object_out_size(&luo_loopback_out, &plug_id, 2) ||
	    marked == !!luo_object_out_size(&luo_loopback_out, &plug_id, 1) ||
	    marked != !!luo_object_out_size(&luo_loopback_out, &plug_id, 1 | mark))
		return false;

	return marked;
}

static bool plug_plain_stored(void)
{
	return luo_object_out_size(&luo_loopback_out, &plug_id, 2) &&
	       luo_object_out_size(&luo_loopback_out, &plug_id, 1) &&
	       !luo_object_out_size(&luo_loopback_out, &plug_id,
				    2 | LUO_OBJECT_VERSION_SUBSECTIONS) &&
	       !luo_object_out_size(&luo_loopback_out, &plug_id,
				    1 | LUO_OBJECT_VERSION_SUBSECTIONS);
}

/* Free the objects of the previous kernel, and forget which of them were corrupt. */
static void subsection_end(void)
{
	luo_kunit_drop(NULL);
	luo_loopback_kexec();
	luo_kunit_drop(NULL);
}

/* Subsections that are not needed are not stored, and any kernel reads the object. */
static void luo_subsection_absent(struct kunit *test)
{
	const struct luo_object_kind unaware = plug_unaware();
	struct plug plug = plug_plain, loaded;

	/* A field that is droppable does not make a subsection needed. */
	plug.label.reads = 7;
	plug_save(test, &plug);
	KUNIT_EXPECT_TRUE(test, plug_plain_stored());
	KUNIT_EXPECT_FALSE(test, plug_stored(&filter_id));
	KUNIT_EXPECT_FALSE(test, plug_stored(&label_id));

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded.ser), 0);
	KUNIT_EXPECT_EQ(test, loaded.ser.speed, 5ULL);

	memset(&loaded, 0xff, sizeof(loaded));
	KUNIT_ASSERT_EQ(test, plug_load(&loaded), 0);
	KUNIT_EXPECT_EQ(test, loaded.ser.watts, 60ULL);
	KUNIT_EXPECT_EQ(test, loaded.between, U64_MAX);
	KUNIT_EXPECT_EQ(test, loaded.filter.port, 0ULL);
	KUNIT_EXPECT_EQ(test, loaded.filter.action, 1ULL);
	KUNIT_EXPECT_EQ(test, loaded.label.reads, 0ULL);
	KUNIT_EXPECT_STREQ(test, loaded.label.text, "");
	subsection_end();
}

/* Subsections that are needed are loaded, and freed with the object. */
static void luo_subsection_present(struct kunit *test)
{
	struct plug loaded;
	u32 version;

	plug_save(test, &plug_full);
	KUNIT_EXPECT_TRUE(test, plug_marked());
	KUNIT_EXPECT_TRUE(test, plug_stored(&filter_id));
	KUNIT_EXPECT_TRUE(test, plug_stored(&label_id));
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &plug_kind, 1, &plug_full,
						      GFP_KERNEL), -EEXIST);
	KUNIT_EXPECT_TRUE(test, plug_stored(&filter_id));

	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_object_convert_load_newest(&luo_loopback_in,
							     &plug_kind, 1,
							     &loaded, &version), 0);
	KUNIT_EXPECT_EQ(test, version, 2U);
	KUNIT_EXPECT_MEMEQ(test, &loaded.ser, &plug_full.ser, sizeof(loaded.ser));
	KUNIT_EXPECT_MEMEQ(test, &loaded.filter, &plug_full.filter,
			   sizeof(loaded.filter));
	KUNIT_EXPECT_MEMEQ(test, &loaded.label, &plug_full.label,
			   sizeof(loaded.label));

	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &plug_id), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

/* A kernel that does not know a mandatory subsection refuses the object and keeps it. */
static void luo_subsection_refused(struct kunit *test)
{
	struct luo_object_kind unaware = plug_unaware();
	const struct luo_object_subsection label_only = plug_kind.subsections[1];
	struct plug loaded, untouched;

	plug_save(test, &plug_full);
	luo_loopback_kexec();

	memset(&loaded, 0xa5, sizeof(loaded));
	untouched = loaded;
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded),
			-EPROTONOSUPPORT);

	/* Another subsection that is known does not help. */
	unaware.subsections = &label_only;
	unaware.nr_subsections = 1;
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded),
			-EPROTONOSUPPORT);
	KUNIT_EXPECT_MEMEQ(test, &loaded, &untouched, sizeof(loaded));

	/* The last release reads records by their version, which it does not have. */
	KUNIT_EXPECT_EQ(test, luo_object_in_read(&luo_loopback_in, &loaded,
						 sizeof(loaded.ser), &plug_id, 2),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, luo_object_in_read(&luo_loopback_in, &loaded, 8,
						 &plug_id, 1), -ENOENT);

	/* Nothing is lost. */
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), 0);
	KUNIT_EXPECT_EQ(test, loaded.filter.port, 80ULL);

	/* The administrator gives the subsection up. */
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &filter_id), 0);
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), 0);
	subsection_end();
}

/* A kernel that does not know an optional subsection loads the object without it. */
static void luo_subsection_skipped(struct kunit *test)
{
	const struct luo_object_kind unaware = plug_unaware();
	struct plug plug = plug_full, loaded;

	plug.filter = plug_plain.filter;
	plug_save(test, &plug);
	KUNIT_EXPECT_TRUE(test, plug_plain_stored());
	KUNIT_EXPECT_TRUE(test, plug_stored(&label_id));

	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), 0);
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), 0);
	KUNIT_EXPECT_STREQ(test, loaded.label.text, "left");

	/* It is freed with the object. */
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &plug_id), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

/* A version of a known subsection that is not known is as a subsection not known. */
static void luo_subsection_version(struct kunit *test)
{
	static const struct luo_object_version newer[] = {
		{ .version = 2, .size = sizeof(struct plug_filter_ser) },
	};
	struct luo_object_kind future = plug_filter_kind;
	const struct luo_object_subsection part = {
		&future, offsetof(struct plug, filter),
	};
	struct luo_object_kind kind = plug_kind;
	struct plug loaded;

	future.versions = newer;
	kind.subsections = &part;
	kind.nr_subsections = 1;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out, &kind, 1,
						      &plug_full, GFP_KERNEL), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), -EPROTONOSUPPORT);
	subsection_end();
}

/* The identity of a layout is checked in an object with a subsection too. */
static void luo_subsection_layout(struct kunit *test)
{
	struct luo_object_version versions[2];
	struct luo_object_kind kind = plug_kind;
	struct plug loaded;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		versions[i] = plug_kind.versions[i];
		versions[i].layout++;
	}
	kind.versions = versions;
	plug_save(test, &plug_full);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &kind, 1,
						      &loaded), -EPROTO);
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), 0);
	subsection_end();
}

static void *subsection_data(const char *kind)
{
	struct luo_object_table *table;

	list_for_each_entry(table, &luo_loopback_in.tables, list) {
		if (!strcmp(table->kind, kind))
			return luo_object_table_record_data(
				luo_object_table_any(table, 1));
	}

	return NULL;
}

/* A subsection that is corrupt makes loading the object fail. */
static void luo_subsection_corrupt(struct kunit *test)
{
	static const char * const kinds[] = { "plug.filter", "plug.label" };
	struct plug loaded, untouched;
	unsigned int i;
	u8 *data;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		plug_save(test, &plug_full);
		luo_loopback_kexec();
		KUNIT_ASSERT_EQ(test, plug_load(&loaded), 0);
		data = subsection_data(kinds[i]);
		KUNIT_ASSERT_NOT_NULL(test, data);
		data[0] ^= 1;

		memset(&loaded, 0xa5, sizeof(loaded));
		untouched = loaded;
		KUNIT_EXPECT_EQ(test, plug_load(&loaded), -EBADMSG);
		KUNIT_EXPECT_MEMEQ(test, &loaded, &untouched, sizeof(loaded));
		data[0] ^= 1;
		KUNIT_EXPECT_EQ(test, plug_load(&loaded), 0);
		subsection_end();
	}
}

/* If a record of a known subsection is corrupt, only that subsection may be lost. */
static void luo_subsection_table_corrupt(struct kunit *test)
{
	const struct luo_object_kind unaware = plug_unaware();
	struct luo_object_table *table;
	struct plug loaded;

	plug_save(test, &plug_full);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, plug_load(&loaded), 0);

	table = luo_object_table_find(&luo_loopback_in.tables, "plug.filter");
	KUNIT_ASSERT_NOT_NULL(test, table);
	table->damaged = true;
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), 0);
	KUNIT_ASSERT_EQ(test, luo_object_in_finish(&luo_loopback_in, &filter_id), 0);
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), -EBADMSG);
	subsection_end();
}

/* If a mandatory subsection may be lost, the object is not loaded without it. */
static void luo_subsection_lost(struct kunit *test)
{
	const struct luo_object_kind unaware = plug_unaware();
	struct luo_object_table *table;
	struct plug loaded;

	plug_save(test, &plug_full);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, plug_load(&loaded), 0);

	/* The table of the filter is gone, and the list of kinds is corrupt. */
	KUNIT_ASSERT_EQ(test, luo_object_in_finish(&luo_loopback_in, &filter_id), 0);
	luo_loopback_in.damaged = true;
	KUNIT_EXPECT_EQ(test, plug_load(&loaded), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), -EBADMSG);
	luo_loopback_in.damaged = false;
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), 0);

	/* The same if a table has a corrupt name. */
	list_for_each_entry(table, &luo_loopback_in.tables, list) {
		if (strcmp(table->kind, "plug.label"))
			continue;
		table->damaged = true;
		table->kind[0]++;
	}
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &unaware,
						      1, &loaded), -EBADMSG);
	subsection_end();
}

/* An update stores subsections that have become needed, and removes others. */
static void luo_subsection_update(struct kunit *test)
{
	struct plug plug = plug_plain, loaded;

	plug_save(test, &plug);
	plug.filter.port = 22;
	KUNIT_EXPECT_EQ(test, plug_update(&plug), 0);
	KUNIT_EXPECT_TRUE(test, plug_marked());
	KUNIT_EXPECT_TRUE(test, plug_stored(&filter_id));
	KUNIT_EXPECT_FALSE(test, plug_stored(&label_id));

	plug.filter.port = 23;
	plug.ser.speed = 6;
	KUNIT_EXPECT_EQ(test, plug_update(&plug), 0);
	KUNIT_EXPECT_TRUE(test, plug_marked());

	plug.filter.port = 0;
	strscpy(plug.label.text, "up");
	KUNIT_EXPECT_EQ(test, plug_update(&plug), 0);
	KUNIT_EXPECT_TRUE(test, plug_plain_stored());
	KUNIT_EXPECT_FALSE(test, plug_stored(&filter_id));
	KUNIT_EXPECT_TRUE(test, plug_stored(&label_id));

	plug.filter.port = 24;
	KUNIT_EXPECT_EQ(test, plug_update(&plug), 0);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, plug_load(&loaded), 0);
	KUNIT_EXPECT_EQ(test, loaded.ser.speed, 6ULL);
	KUNIT_EXPECT_EQ(test, loaded.filter.port, 24ULL);
	KUNIT_EXPECT_STREQ(test, loaded.label.text, "up");
	subsection_end();

	KUNIT_EXPECT_EQ(test, plug_update(&plug), -ENOENT);
	KUNIT_EXPECT_FALSE(test, plug_stored(&filter_id));
}

/* An update or a save that fails changes nothing. */
static void luo_subsection_fails(struct kunit *test)
{
	struct plug plug = plug_full;

	/* The value of the label is invalid, which is found after the filter. */
	memset(plug.label.text, 'x', sizeof(plug.label.text));
	KUNIT_EXPECT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &plug_kind, 1, &plug,
						      GFP_KERNEL), -ERANGE);
	KUNIT_EXPECT_FALSE(test, plug_stored(&plug_id));
	KUNIT_EXPECT_FALSE(test, plug_stored(&filter_id));

	plug_save(test, &plug_plain);
	KUNIT_EXPECT_EQ(test, plug_update(&plug), -ERANGE);
	KUNIT_EXPECT_TRUE(test, plug_plain_stored());
	KUNIT_EXPECT_FALSE(test, plug_stored(&filter_id));
	luo_kunit_abort("plug", 1);
	KUNIT_EXPECT_FALSE(test, luo_object_out_any(&luo_loopback_out));
}

/* Fail each allocation of a save and of an update in turn. */
static void luo_subsection_no_memory(struct kunit *test)
{
	unsigned long nth;
	int err = -ENOMEM;

	for (nth = 1; err == -ENOMEM; nth++) {
		luo_loopback_fail_nth(nth);
		err = luo_object_convert_save(&luo_loopback_out, &plug_kind, 1,
					      &plug_full, GFP_KERNEL);
		luo_loopback_fail_nth(0);
		KUNIT_ASSERT_TRUE(test, err == 0 || err == -ENOMEM);
		KUNIT_EXPECT_EQ(test, plug_stored(&plug_id), !err);
		KUNIT_EXPECT_EQ(test, plug_stored(&filter_id), !err);
		KUNIT_EXPECT_EQ(test, plug_stored(&label_id), !err);
	}
	KUNIT_EXPECT_GT(test, nth, 2UL);
	luo_kunit_abort("plug", 1);
	KUNIT_EXPECT_FALSE(test, luo_object_out_any(&luo_loopback_out));

	plug_save(test, &plug_plain);
	for (nth = 1, err = -ENOMEM; err == -ENOMEM; nth++) {
		luo_loopback_fail_nth(nth);
		err = plug_update(&plug_full);
		luo_loopback_fail_nth(0);
		KUNIT_ASSERT_TRUE(test, err == 0 || err == -ENOMEM);
		KUNIT_EXPECT_EQ(test, plug_plain_stored(), !!err);
		KUNIT_EXPECT_EQ(test, plug_marked(), !err);
		KUNIT_EXPECT_EQ(test, plug_stored(&filter_id), !err);
	}
	luo_kunit_abort("plug", 1);
	KUNIT_EXPECT_FALSE(test, luo_object_out_any(&luo_loopback_out));
}

/* User space drops all objects of a kind with their subsections. */
static void luo_subsection_drop(struct kunit *test)
{
	plug_save(test, &plug_full);
	luo_kunit_store("plugs", 1, 1, 16);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_kunit_drop("plug"), 0);
	KUNIT_EXPECT_EQ(test, luo_object_in_stored(&luo_loopback_in, &filter_id),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, luo_kunit_finish("plugs", 1), 0);
	KUNIT_EXPECT_EQ(test, luo_kunit_drop(NULL), -ENOENT);
}

/* Kinds are registered with their subsections, and only with valid ones. */
static void luo_subsection_register(struct kunit *test)
{
	struct luo_object_kind part = plug_filter_kind, kind = plug_kind;
	const struct luo_object_subsection parts[] = { { .kind = &part } };
	struct luo_object_version mixed[2] = { part.versions[0], part.versions[0] };
	struct luo_field field = part.fields[0];

	kind.list = (struct list_head){};
	part.list = (struct list_head){};
	kind.subsections = parts;
	kind.nr_subsections = 1;
	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&kind), 0);
	KUNIT_EXPECT_NOT_NULL(test, part.list.next);
	luo_object_unregister_kind(&kind);
	KUNIT_EXPECT_NULL(test, part.list.next);

	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&part), -EINVAL);

	part.name = "plugs.filter";
	KUNIT_EXPECT_FALSE(test, luo_object_subsections_valid(&kind));
	part.name = plug_filter_kind.name;
	KUNIT_EXPECT_TRUE(test, luo_object_subsections_valid(&kind));

	mixed[0].version = 2;
	mixed[0].flags = LUO_OBJECT_RECORD_OPTIONAL;
	part.versions = mixed;
	part.nr_versions = 2;
	KUNIT_EXPECT_FALSE(test, luo_object_subsections_valid(&kind));
	part.versions = plug_filter_kind.versions;
	part.nr_versions = 1;

	field.type = LUO_FIELD_REFERENCE;
	part.fields = &field;
	part.nr_fields = 1;
	KUNIT_EXPECT_FALSE(test, luo_object_subsections_valid(&kind));

	/* The fallback of a field that all versions have counts too. */
	field = plug_filter_kind.fields[1];
	field.fallback = 0;
	KUNIT_EXPECT_EQ(test, luo_object_register_kind(&kind), -EINVAL);
}

/* Calls that would lose the subsections are refused. */
static void luo_subsection_unsupported(struct kunit *test)
{
	struct luo_object_kind kind = plug_kind;
	struct luo_elements_ser elements;
	struct luo_array array;

	kind.elements = true;
	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&elements, &array, &kind, &plug_plain, 1,
					  GFP_KERNEL),
			-EINVAL);
}

static struct kunit_case luo_subsection_cases[] = {
	KUNIT_CASE(luo_subsection_golden),
	KUNIT_CASE(luo_subsection_absent),
	KUNIT_CASE(luo_subsection_present),
	KUNIT_CASE(luo_subsection_refused),
	KUNIT_CASE(luo_subsection_skipped),
	KUNIT_CASE(luo_subsection_version),
	KUNIT_CASE(luo_subsection_layout),
	KUNIT_CASE(luo_subsection_corrupt),
	KUNIT_CASE(luo_subsection_table_corrupt),
	KUNIT_CASE(luo_subsection_lost),
	KUNIT_CASE(luo_subsection_update),
	KUNIT_CASE(luo_subsection_fails),
	KUNIT_CASE(luo_subsection_no_memory),
	KUNIT_CASE(luo_subsection_drop),
	KUNIT_CASE(luo_subsection_register),
	KUNIT_CASE(luo_subsection_unsupported),
	{}
};

static struct kunit_suite luo_object_subsection_suite = {
	.name = "luo_object_subsection",
	.init = luo_subsection_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_subsection_cases,
};

kunit_test_suite(luo_object_subsection_suite);
