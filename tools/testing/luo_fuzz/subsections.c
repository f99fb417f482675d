// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Subsections of objects
 *
 * Plugs with a mandatory subsection, an optional one, both or none. An input can corrupt
 * them. A plug is loaded with the subsections that it was saved with, or not at all.
 */

#include <linux/luo_field.h>

#include "../../../lib/tests/luo_object_kunit.h"
#include "frame.h"

#define FUZZ_NR		4

struct plug_part_ser {
	u64 value;
};

#define PLUG_PART_FIELDS(field, ser)					\
	field(ser, 0, u64, value)

#define PLUG_FILTER_VERSIONS(version, kind)				\
	version(kind, 0, mandatory)

LUO_DEFINE_SUBSECTION_UNLISTED(plug, filter, struct plug_part_ser,
			       PLUG_PART_FIELDS, PLUG_FILTER_VERSIONS);

#define PLUG_LABEL_VERSIONS(version, kind)				\
	version(kind, 0, optional)

LUO_DEFINE_SUBSECTION_UNLISTED(plug, label, struct plug_part_ser,
			       PLUG_PART_FIELDS, PLUG_LABEL_VERSIONS);

struct plug_ser {
	u64 speed;
	u64 watts;
};

#define PLUG_FIELDS(field, ser)						\
	field(ser, 0, u64, speed)					\
	field(ser, 1, u64, watts, .droppable = true)

#define PLUG_VERSIONS(version, kind)					\
	version(kind, 1, mandatory)					\
	version(kind, 0, mandatory)

struct plug {
	struct plug_ser ser;
	struct plug_part_ser filter;
	struct plug_part_ser label;
};

#define PLUG_SUBSECTIONS(subsection, object)				\
	subsection(object, filter)					\
	subsection(object, label)

LUO_DEFINE_KIND_WITH_UNLISTED(plug, struct plug_ser, PLUG_FIELDS, PLUG_VERSIONS,
			      struct plug, PLUG_SUBSECTIONS);

/* Bit 0 of the number of a plug is for a filter, bit 1 for a label. */
static void fuzz_plug(u64 i, struct plug *plug)
{
	*plug = (struct plug){
		.ser = { .speed = i + 1, .watts = i + 1 },
		.filter = { i & 1 ? i + 1 : 0 },
		.label = { i & 2 ? i + 1 : 0 },
	};
}

static void fuzz_save_subsections(void)
{
	struct plug plug;
	u64 i;

	plug_kind.selected = ~0UL;
	plug_filter_kind.selected = ~0UL;
	plug_label_kind.selected = ~0UL;

	for (i = 0; i < FUZZ_NR; i++) {
		fuzz_plug(i, &plug);
		FUZZ_EXPECT(!luo_object_convert_save(&luo_loopback_out,
						     &plug_kind, i, &plug,
						     GFP_KERNEL));
	}
}

/* Load a plug in a kernel that knows the subsections, and in one that does not. */
static void fuzz_load_plug(u64 i)
{
	struct luo_object_kind unaware = plug_kind;
	struct plug plug, expected;
	int err;

	fuzz_plug(i, &expected);
	err = luo_object_convert_load(&luo_loopback_in, &plug_kind, i, &plug);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE, -EPROTO,
			  -EPROTONOSUPPORT);
	if (fuzz_untouched())
		FUZZ_EXPECT(!err && !memcmp(&plug, &expected, sizeof(plug)));

	unaware.nr_subsections = 0;
	err = luo_object_convert_load(&luo_loopback_in, &unaware, i, &plug.ser);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG, -EMSGSIZE, -EPROTO,
			  -EPROTONOSUPPORT);
	if (fuzz_untouched())
		FUZZ_EXPECT(err == (i & 1 ? -EPROTONOSUPPORT : 0));
}

static void fuzz_restore_subsections(void)
{
	u64 i;
	int err;

	for (i = 0; i < FUZZ_NR; i++)
		fuzz_load_plug(i);

	luo_loopback_fail_nth(0);
	err = luo_kunit_finish("plug", FUZZ_NR - 1);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	err = luo_kunit_drop("plug");
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
	err = luo_kunit_drop(NULL);
	FUZZ_EXPECT_ERRNO(err, -ENOENT, -EBADMSG);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_subsections,
	.restore	= fuzz_restore_subsections,
};
