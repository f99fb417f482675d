// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: References between objects
 *
 * Ports that refer to lanes, which refer to ports. An input can make a reference lead
 * nowhere or back to the first object.
 */

#include <linux/luo_field.h>

#include "../../../lib/tests/luo_object_kunit.h"
#include "frame.h"

#define FUZZ_NR		4
#define FUZZ_VISITS	64

struct port_ser {
	u64 speed;
	u64 near;
	u64 far;
};

#define PORT_FIELDS(field, ser)						\
	field(ser, 0, u64, speed)					\
	field(ser, 0, reference(lane), near)				\
	field(ser, 1, reference(lane), far, .droppable = true)

#define PORT_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND_UNLISTED(port, struct port_ser, PORT_FIELDS, PORT_VERSIONS);

struct lane_ser {
	u64 width;
	u64 port;
};

#define LANE_FIELDS(field, ser)						\
	field(ser, 0, u64, width)					\
	field(ser, 0, reference(port), port)

#define LANE_VERSIONS(version, kind)					\
	version(kind, 0, mandatory)

LUO_DEFINE_KIND_UNLISTED(lane, struct lane_ser, LANE_FIELDS, LANE_VERSIONS);

static void fuzz_save_object(struct luo_object_kind *kind, u64 instance,
			     const void *ser)
{
	if (!kind->list.next)
		list_add_tail(&kind->list, &luo_object_kinds);
	kind->selected = ~0UL;
	FUZZ_EXPECT(!luo_object_convert_save(&luo_loopback_out, kind, instance,
					     ser, GFP_KERNEL));
}

/* Port n leads to lanes n and n + 1, and lane n to port n + 1. */
static void fuzz_save_references(void)
{
	u64 i;

	for (i = 1; i <= FUZZ_NR; i++) {
		const u64 next = i < FUZZ_NR ? i + 1 : 0;
		const struct port_ser port = { i, i, next };
		const struct lane_ser lane = { i, next };

		fuzz_save_object(&port_kind, i, &port);
		fuzz_save_object(&lane_kind, i, &lane);
	}
}

/* The visits of a walk. The objects that a port refers to are visited before it. */
struct fuzz_visits {
	unsigned int nr;
	const struct luo_object_kind *kind[FUZZ_VISITS];
	u64 instance[FUZZ_VISITS];
};

static bool fuzz_visited(const struct fuzz_visits *visits, u64 lane)
{
	unsigned int i;

	for (i = 0; i < visits->nr; i++) {
		if (visits->kind[i] == &lane_kind && visits->instance[i] == lane)
			return true;
	}

	return false;
}

static int fuzz_visit(const struct luo_object_kind *kind, u64 instance,
		      void *context)
{
	struct fuzz_visits *visits = context;
	struct port_ser port;

	if (kind == &port_kind &&
	    !luo_object_convert_load(&luo_loopback_in, kind, instance, &port)) {
		FUZZ_EXPECT(!port.near || fuzz_visited(visits, port.near));
		FUZZ_EXPECT(!port.far || fuzz_visited(visits, port.far));
	}
	if (visits->nr == FUZZ_VISITS)
		return -E2BIG;
	visits->kind[visits->nr] = kind;
	visits->instance[visits->nr++] = instance;

	return 0;
}

static void fuzz_restore_references(void)
{
	struct luo_object_iter iter = {};
	struct fuzz_visits visits;
	int err;

	while (luo_object_in_next(&luo_loopback_in, "port", &iter)) {
		visits.nr = 0;
		err = luo_object_reference_walk(&luo_loopback_in, &port_kind,
						iter.instance, fuzz_visit,
						&visits);
		FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE, -EPROTO,
				  -EPROTONOSUPPORT, -ENOLINK, -ELOOP, -E2BIG);
		if (fuzz_untouched())
			FUZZ_EXPECT(!err);
	}
	FUZZ_EXPECT_ERRNO(iter.err, -EBADMSG);

	luo_loopback_fail_nth(0);
	err = luo_kunit_drop(NULL);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_references,
	.restore	= fuzz_restore_references,
};
