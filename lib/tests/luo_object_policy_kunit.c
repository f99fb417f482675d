// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the policy
 *
 * The versions that each policy selects, and invalid policies. The tests do not change
 * the policy of the system.
 */

#include <kunit/test.h>

#include "../../kernel/liveupdate/luo_object_internal.h"

static int luo_policy_save(void *wire, const void *object)
{
	return 0;
}

static int luo_policy_load(const void *wire, void *object)
{
	return 0;
}

/* Version 7 is only read, 5 and 2 are written, 0 is only written. */
static const struct luo_object_version luo_policy_versions[] = {
	{ .version = 7, .size = 8, .load = luo_policy_load },
	{ .version = 5, .size = 8, .load = luo_policy_load,
	  .save = luo_policy_save },
	{ .version = 2, .size = 8, .load = luo_policy_load,
	  .save = luo_policy_save },
	{ .version = 0, .size = 8, .save = luo_policy_save },
};

static const struct luo_object_kind luo_policy_kind = {
	.name = "vm",
	.versions = luo_policy_versions,
	.nr_versions = ARRAY_SIZE(luo_policy_versions),
};

/* The bits of luo_policy_versions. */
#define V5	BIT(1)
#define V2	BIT(2)
#define V0	BIT(3)

static void luo_policy_selects(struct kunit *test)
{
	static const struct {
		const char *policy;
		unsigned long selected;
	} good[] = {
		{ "all", V5 | V2 | V0 },
		{ "all\n", V5 | V2 | V0 },
		{ " all ", V5 | V2 | V0 },
		{ "newest", V5 },
		{ "newest\n", V5 },
		{ "vm:5", V5 },
		{ "vm:0", V0 },
		{ "vm:2,5", V5 | V2 },
		{ "vm:5,2,0\n", V5 | V2 | V0 },
		{ "vm:5;", V5 },
		{ "vm:5;vm:2", V2 },
		/* All versions of kinds that are not listed. */
		{ "other:5", V5 | V2 | V0 },
		{ "other:1,2;vm:2", V2 },
		{ "vm:2;other:65535", V2 },
		{ "vmm:5;v:2", V5 | V2 | V0 },
		{ "none", 0 },
		{ " none\n", 0 },
		{ "none;", 0 },
		{ "none;other:1", 0 },
		{ "none;vm:2", V2 },
		{ "none;vm:none", 0 },
		{ "vm:none", 0 },
		{ "vm:none;", 0 },
		{ "vm:none;vm:5", V5 },
		{ "vm:5;vm:none", 0 },
		{ "other:none", V5 | V2 | V0 },
	};
	unsigned long selected;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		selected = 0;
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(&luo_policy_kind,
							     good[i].policy,
							     &selected),
				    0, "'%s'", good[i].policy);
		KUNIT_EXPECT_EQ_MSG(test, selected, good[i].selected, "'%s'",
				    good[i].policy);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(NULL,
							     good[i].policy,
							     &selected),
				    0, "'%s'", good[i].policy);
	}
}

static void luo_policy_nonsense(struct kunit *test)
{
	static const char * const bad[] = {
		"", "\n", ";", "none,", "none:", "none;none", "vm:5;none",
		"vm:none,5", "vm:5,none", "none vm:5", "None", "All",
		"all,newest", "all;newest", "vm", "vm:", "vm:5,", "vm:,5",
		"vm:5,,2", ":5", "vm:five", "vm:-1", "vm:65536",
		"vm:5;;other:1", ";vm:5", "vm:5 2", "vm:5:2", "vm:5;all",
		"vm:99999999999999999999", "vm;other:5",
	};
	unsigned long selected;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(NULL, bad[i],
							     &selected),
				    -EINVAL, "'%s'", bad[i]);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(&luo_policy_kind,
							     bad[i], &selected),
				    -EINVAL, "'%s'", bad[i]);
	}
}

/* Valid syntax, but this kernel does not write these versions. */
static void luo_policy_not_writable(struct kunit *test)
{
	static const char * const bad[] = {
		"vm:7", "vm:1", "vm:5,7", "vm:5;vm:1", "other:1;vm:3",
	};
	unsigned long selected;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(&luo_policy_kind,
							     bad[i], &selected),
				    -EINVAL, "'%s'", bad[i]);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_object_policy_select(NULL, bad[i],
							     &selected),
				    0, "'%s'", bad[i]);
	}
}

/* A kind that writes nothing has nothing selected. */
static void luo_policy_read_only_kind(struct kunit *test)
{
	const struct luo_object_kind kind = {
		.name = "vm",
		.versions = luo_policy_versions,
		.nr_versions = 1,
	};
	unsigned long selected = 1;

	KUNIT_EXPECT_EQ(test, luo_object_policy_select(&kind, "all", &selected),
			0);
	KUNIT_EXPECT_EQ(test, selected, 0UL);
	selected = 1;
	KUNIT_EXPECT_EQ(test, luo_object_policy_select(&kind, "newest",
						       &selected), 0);
	KUNIT_EXPECT_EQ(test, selected, 0UL);
}

static const char *const luo_policy_handlers[] = { "vm-file", NULL };

/* The policy cannot be none for objects that do not stand alone. */
static void luo_policy_not_alone(struct kunit *test)
{
	static const struct luo_object_version external[] = {
		{ .version = 2, .size = 8, .load = luo_policy_load,
		  .save = luo_policy_save },
		{ .version = 0, .size = 8, .external = true },
	};
	const struct luo_object_kind kinds[] = {
		{ .name = "vm", .versions = luo_policy_versions, .nr_versions = 4,
		  .handlers = luo_policy_handlers },
		{ .name = "vm.part", .versions = luo_policy_versions,
		  .nr_versions = 4 },
		{ .name = "layouts", .versions = luo_policy_versions,
		  .nr_versions = 4 },
		{ .name = "vm", .versions = external, .nr_versions = 2 },
	};
	static const unsigned long all[] = {
		V5 | V2 | V0, V5 | V2 | V0, V5 | V2 | V0, BIT(0) | BIT(1),
	};
	unsigned long selected;
	char policy[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		selected = 0;
		KUNIT_EXPECT_EQ(test, luo_object_policy_select(&kinds[i], "none",
							       &selected), 0);
		KUNIT_EXPECT_EQ_MSG(test, selected, all[i], "%s %u", kinds[i].name, i);
		scnprintf(policy, sizeof(policy), "none;%s:2", kinds[i].name);
		KUNIT_EXPECT_EQ(test, luo_object_policy_select(&kinds[i], policy,
							       &selected), 0);
		KUNIT_EXPECT_EQ_MSG(test, selected, i == 3 ? BIT(0) : V2, "%s %u",
				    kinds[i].name, i);
		scnprintf(policy, sizeof(policy), "%s:none", kinds[i].name);
		KUNIT_EXPECT_EQ_MSG(test, luo_object_policy_select(&kinds[i], policy,
								   &selected),
				    -EINVAL, "%s %u", kinds[i].name, i);
	}
}

static struct kunit_case luo_object_policy_cases[] = {
	KUNIT_CASE(luo_policy_selects),
	KUNIT_CASE(luo_policy_nonsense),
	KUNIT_CASE(luo_policy_not_writable),
	KUNIT_CASE(luo_policy_read_only_kind),
	KUNIT_CASE(luo_policy_not_alone),
	{}
};

static struct kunit_suite luo_object_policy_suite = {
	.name = "luo_object_policy",
	.test_cases = luo_object_policy_cases,
};

kunit_test_suite(luo_object_policy_suite);
