// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of references between objects
 *
 * A port refers to a lane, which may refer to another port. Test what is stored, that an
 * object is not loaded if it refers to one that does not exist, and the order of a walk.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/luo_field.h>

#include "../../kernel/liveupdate/luo_elements_internal.h"
#include "luo_object_kunit.h"

struct lane_ser {
	u64 width;
	u64 back;
};

#define LANE_FIELDS(field, ser)						\
	field(ser, 1, u64, width)					\
	field(ser, 1, reference(port), back)

#define LANE_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND_UNLISTED(lane, struct lane_ser, LANE_FIELDS, LANE_VERSIONS);

struct port_ends_ser {
	u64 near;
	u64 far;
};

#define PORT_ENDS_FIELDS(field, ser)					\
	field(ser, 0, reference(lane), near, .none = U64_MAX)		\
	field(ser, 0, reference(lane), far, .none = U64_MAX)

LUO_DEFINE_NESTED(port_ends, struct port_ends_ser, PORT_ENDS_FIELDS);

struct port_ser {
	u64 speed;
	struct port_ends_ser ends;
	struct luo_elements_ser parts;
	u64 spare;
};

#define PORT_FIELDS(field, ser)						\
	field(ser, 1, u64, speed)					\
	field(ser, 1, nested(port_ends, PORT_ENDS_FIELDS), ends)	\
	field(ser, 1, elements, parts)					\
	field(ser, 2, reference(lane), spare, .none = U64_MAX,		\
	      .droppable = true)

#define PORT_VERSIONS(version, kind)					\
	version(kind, 2, mandatory)					\
	version(kind, 1, mandatory)

LUO_DEFINE_KIND_UNLISTED(port, struct port_ser, PORT_FIELDS, PORT_VERSIONS);

/* The same fields, which lead to another kind, and a number instead of a reference. */
#define LANE_OTHER_FIELDS(field, ser)					\
	field(ser, 1, u64, width)					\
	field(ser, 1, reference(part), back)

LUO_DEFINE_KIND_UNLISTED(lane_other, struct lane_ser, LANE_OTHER_FIELDS,
			 LANE_VERSIONS);

#define LANE_NUMBER_FIELDS(field, ser)					\
	field(ser, 1, u64, width)					\
	field(ser, 1, u64, back)

LUO_DEFINE_KIND_UNLISTED(lane_number, struct lane_ser, LANE_NUMBER_FIELDS,
			 LANE_VERSIONS);

#define PART_FIELDS(field, ser)						\
	field(ser, 1, u64, width)					\
	field(ser, 1, u64, back)

#define PART_VERSIONS(version, kind)					\
	version(kind, 1, element)

LUO_DEFINE_KIND_UNLISTED(part, struct lane_ser, PART_FIELDS, PART_VERSIONS);

static const struct luo_object_id port_id = { "port", 1 };
static const struct luo_object_id lane_id = { "lane", 0 };

/* A port that refers to no lane. */
static const struct port_ser port_plain = {
	.speed = 5,
	.ends = { .near = U64_MAX, .far = U64_MAX },
	.spare = U64_MAX,
};

/* The digest of version 1 of the lane, which was published. Do not change it. */
#define LANE_LAYOUT	0xf2774b59U

static int luo_reference_init(struct kunit *test)
{
	port_kind.selected = ~0UL;
	lane_kind.selected = ~0UL;
	part_kind.selected = ~0UL;

	return luo_loopback_init(test);
}

static void port_save(struct kunit *test, u64 instance, u64 near, u64 far,
		      u64 spare)
{
	struct port_ser port = port_plain;

	port.ends.near = near;
	port.ends.far = far;
	port.spare = spare;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &port_kind, instance,
						      &port, GFP_KERNEL), 0);
}

static void lane_save(struct kunit *test, u64 instance, u64 back)
{
	const struct lane_ser lane = { .width = 4, .back = back };

	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &lane_kind, instance,
						      &lane, GFP_KERNEL), 0);
}

/*
 * Version 2 of a port that refers to lane 258, on a little-endian machine, which was
 * published. Do not change it. All other references and the elements are none.
 */
static const u8 port_golden[] = {
	5, 0, 0, 0, 0, 0, 0, 0,
	2, 1, 0, 0, 0, 0, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static void luo_reference_golden(struct kunit *test)
{
	u8 data[sizeof(port_golden)] = {};

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		kunit_skip(test, "the bytes are those of a little-endian machine");

	port_save(test, 1, 258, U64_MAX, U64_MAX);
	KUNIT_EXPECT_EQ(test, luo_object_out_size(&luo_loopback_out, &port_id, 2),
			sizeof(port_golden));
	luo_object_out_read(&luo_loopback_out, &port_id, 2, 0, data, sizeof(data));
	KUNIT_EXPECT_MEMEQ(test, data, port_golden, sizeof(port_golden));
	luo_object_out_abort(&luo_loopback_out, &port_id);
}

static int port_load(struct port_ser *port)
{
	return luo_object_convert_load(&luo_loopback_in, &port_kind, 1, port);
}

/* Free the objects of the previous kernel, and forget which of them were corrupt. */
static void reference_end(void)
{
	luo_kunit_drop(NULL);
	luo_loopback_kexec();
	luo_kunit_drop(NULL);
}

/* The name of the kind is part of the layout, and the bytes are those of a number. */
static void luo_reference_layout(struct kunit *test)
{
	const struct luo_object_version *lane = lane_kind.versions;
	const struct luo_field *field = &port_kind.fields[2];

	KUNIT_EXPECT_EQ(test, lane->layout, LANE_LAYOUT);
	KUNIT_EXPECT_NE(test, lane_other_kind.versions[0].layout, lane->layout);
	KUNIT_EXPECT_NE(test, lane_number_kind.versions[0].layout, lane->layout);
	KUNIT_EXPECT_EQ(test, lane->size, lane_number_kind.versions[0].size);

	KUNIT_EXPECT_STREQ(test, field->name, "ends.far");
	KUNIT_EXPECT_STREQ(test, field->target, "lane");
	KUNIT_EXPECT_EQ(test, (u32)field->type, (u32)LUO_FIELD_REFERENCE);
	KUNIT_EXPECT_EQ(test, field->item, 0U);
	KUNIT_EXPECT_TRUE(test, luo_object_fields_valid(&port_kind));
}

/* Another kind under the same version number is refused. */
static void luo_reference_other_kind(struct kunit *test)
{
	struct luo_object_kind other = lane_other_kind;
	struct lane_ser lane;

	other.name = "lane";
	lane_save(test, 0, 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &other,
						      0, &lane), -EPROTO);
	reference_end();
}

/* The object that a reference leads to is looked up, and not changed. */
static void luo_reference_leads_to(struct kunit *test)
{
	struct port_ser port;
	struct lane_ser lane;

	lane_save(test, 0, 0);
	port_save(test, 1, 0, U64_MAX, 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, port_load(&port), 0);
	KUNIT_EXPECT_EQ(test, port.ends.near, 0ULL);
	KUNIT_EXPECT_EQ(test, port.spare, 0ULL);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &port_id),
			0);
	KUNIT_EXPECT_EQ(test, luo_object_convert_load(&luo_loopback_in, &lane_kind,
						      0, &lane), 0);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &lane_id),
			0);
}

/* Each field of each version that leads to no object is an error. */
static void luo_reference_dangles(struct kunit *test)
{
	static const struct {
		u64 near, far, spare;
		int err;
	} cases[] = {
		{ U64_MAX, U64_MAX, U64_MAX, 0 },
		{ 0, U64_MAX, U64_MAX, 0 },
		{ 7, U64_MAX, U64_MAX, -ENOLINK },
		{ 0, 7, U64_MAX, -ENOLINK },
	};
	struct port_ser port;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		lane_save(test, 0, 0);
		port_save(test, 1, cases[i].near, cases[i].far, cases[i].spare);
		luo_loopback_kexec();
		port.speed = 99;
		KUNIT_EXPECT_EQ_MSG(test, port_load(&port), cases[i].err,
				    "case %u", i);
		if (cases[i].err)
			KUNIT_EXPECT_EQ(test, port.speed, 99ULL);
		else
			KUNIT_EXPECT_EQ(test, port.speed, 5ULL);
		reference_end();
	}
}

/* Version 1 has no spare lane, so it is loaded without it. */
static void luo_reference_older_version(struct kunit *test)
{
	struct port_ser port;
	u32 version;

	port_save(test, 1, U64_MAX, U64_MAX, 7);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_object_convert_load_newest(&luo_loopback_in,
							     &port_kind, 1,
							     &port, &version), 0);
	KUNIT_EXPECT_EQ(test, version, 1U);
	KUNIT_EXPECT_EQ(test, port.spare, U64_MAX);
	reference_end();
}

/* The owner of the lane was faster, or did not save the lane. */
static void luo_reference_owner_is_faster(struct kunit *test)
{
	struct port_ser port;

	lane_save(test, 0, 0);
	port_save(test, 1, 0, U64_MAX, U64_MAX);
	luo_loopback_kexec();
	lane_save(test, 0, 0);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &lane_id),
			0);
	KUNIT_EXPECT_EQ(test, port_load(&port), 0);

	luo_object_out_abort(&luo_loopback_out, &lane_id);
	KUNIT_EXPECT_EQ(test, port_load(&port), -ENOLINK);
	reference_end();
}

/* The record of the lane is corrupt. */
static void luo_reference_to_corrupt(struct kunit *test)
{
	struct luo_object_table *table;
	struct port_ser port;

	lane_save(test, 0, 0);
	port_save(test, 1, 0, U64_MAX, U64_MAX);
	table = luo_object_table_find(&luo_loopback_out.tables, "lane");
	luo_object_table_record(table, 0, 1)->crc ^= 1;
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, port_load(&port), -ENOLINK);
	reference_end();
}

/* The elements of an object are freed with it, also if it refers to a dropped object. */
static void luo_reference_drop(struct kunit *test)
{
	static const struct lane_ser parts[3];
	struct port_ser port = port_plain;
	struct luo_array array;

	KUNIT_ASSERT_EQ(test,
			luo_elements_save(&port.parts, &array, &part_kind, parts, 3,
					  GFP_KERNEL),
			0);
	port.ends.near = 7;
	KUNIT_ASSERT_EQ(test, luo_object_convert_save(&luo_loopback_out,
						      &port_kind, 1, &port,
						      GFP_KERNEL), 0);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, port_load(&port), -ENOLINK);
	KUNIT_EXPECT_EQ(test, luo_object_convert_drop(&luo_loopback_in,
						      &port_kind, 1), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* References of elements would not be checked. */
static void luo_reference_in_elements(struct kunit *test)
{
	static const struct lane_ser lanes[3];
	struct luo_object_kind kind = lane_kind;
	struct luo_elements_ser ser;
	struct luo_array array;

	kind.elements = true;
	KUNIT_EXPECT_EQ(test,
			luo_elements_save(&ser, &array, &kind, lanes, 3, GFP_KERNEL),
			-EINVAL);
}

/* The objects that a walk has visited: 100 for a port, and the instance. */
struct luo_reference_visits {
	unsigned int nr;
	u64 visited[40];
	u64 refused;
};

static int luo_reference_visit(const struct luo_object_kind *kind, u64 instance,
			       void *context)
{
	struct luo_reference_visits *visits = context;
	const u64 number = (kind == &port_kind ? 100 : 0) + instance;

	if (number == visits->refused)
		return -EILSEQ;
	if (visits->nr < ARRAY_SIZE(visits->visited))
		visits->visited[visits->nr++] = number;

	return 0;
}

static int luo_reference_walk(struct luo_reference_visits *visits, u64 port)
{
	int err;

	list_add_tail(&port_kind.list, &luo_object_kinds);
	err = luo_object_reference_walk(&luo_loopback_in, &port_kind, port,
					luo_reference_visit, visits);
	list_del(&port_kind.list);

	return err;
}

/* As luo_reference_walk(), with both kinds registered. */
static int luo_reference_walk_both(struct luo_reference_visits *visits, u64 port)
{
	int err;

	visits->nr = 0;
	list_add_tail(&lane_kind.list, &luo_object_kinds);
	err = luo_reference_walk(visits, port);
	list_del(&lane_kind.list);

	return err;
}

/* Port 1 leads to lanes 1 and 2, and lane 2 to port 3, which leads to lane 1. */
static void luo_reference_walk_order(struct kunit *test)
{
	static const u64 order[] = { 1, 1, 103, 2, 101 };
	const struct luo_object_id lane = { "lane", 1 };
	struct luo_reference_visits visits = {};

	lane_save(test, 1, 0);
	lane_save(test, 2, 3);
	port_save(test, 3, 1, U64_MAX, U64_MAX);
	port_save(test, 1, 1, 2, U64_MAX);
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 1), 0);
	KUNIT_ASSERT_EQ(test, visits.nr, (unsigned int)ARRAY_SIZE(order));
	KUNIT_EXPECT_MEMEQ(test, visits.visited, order, sizeof(order));

	/* The walk ends where the function fails. */
	visits.refused = 103;
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 1), -EILSEQ);
	KUNIT_EXPECT_EQ(test, visits.nr, 2U);
	visits.refused = 0;

	/* A lane that its owner has saved and finished is skipped. */
	lane_save(test, 1, 0);
	KUNIT_EXPECT_EQ(test, luo_object_in_finish(&luo_loopback_in, &lane), 0);
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 1), 0);
	KUNIT_EXPECT_EQ(test, visits.nr, 3U);

	/* The kind of the lanes is not known. */
	KUNIT_EXPECT_EQ(test, luo_reference_walk(&visits, 1), -ENOPKG);
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 9), -ENOENT);
	luo_object_out_abort(&luo_loopback_out, &lane);
	reference_end();
}

/* Two objects that refer to each other, and a chain without an end. */
static void luo_reference_loops(struct kunit *test)
{
	struct luo_reference_visits visits = {};
	u64 i;

	lane_save(test, 1, 1);
	port_save(test, 1, 1, U64_MAX, U64_MAX);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 1), -ELOOP);
	KUNIT_EXPECT_EQ(test, visits.nr, 0U);
	reference_end();

	/* Each port leads to a lane, and each lane to the next port. */
	for (i = 1; i < 20; i++) {
		port_save(test, i, i, U64_MAX, U64_MAX);
		lane_save(test, i, i + 1);
	}
	lane_save(test, i, 0);
	port_save(test, i, i, U64_MAX, U64_MAX);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 1), -ELOOP);
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 13), 0);
	KUNIT_EXPECT_EQ(test, visits.nr, 16U);
	KUNIT_EXPECT_EQ(test, luo_reference_walk_both(&visits, 12), -ELOOP);
	reference_end();
}

static struct kunit_case luo_object_reference_cases[] = {
	KUNIT_CASE(luo_reference_golden),
	KUNIT_CASE(luo_reference_layout),
	KUNIT_CASE(luo_reference_other_kind),
	KUNIT_CASE(luo_reference_leads_to),
	KUNIT_CASE(luo_reference_dangles),
	KUNIT_CASE(luo_reference_older_version),
	KUNIT_CASE(luo_reference_owner_is_faster),
	KUNIT_CASE(luo_reference_to_corrupt),
	KUNIT_CASE(luo_reference_drop),
	KUNIT_CASE(luo_reference_in_elements),
	KUNIT_CASE(luo_reference_walk_order),
	KUNIT_CASE(luo_reference_loops),
	{}
};

static struct kunit_suite luo_object_reference_suite = {
	.name = "luo_object_reference",
	.init = luo_reference_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_object_reference_cases,
};

kunit_test_suite(luo_object_reference_suite);
