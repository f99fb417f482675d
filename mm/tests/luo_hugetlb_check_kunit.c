// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the checks of a hugetlb file
 *
 * Each case changes one thing of a file that is valid, and the file must be refused.
 */

#include <kunit/test.h>
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../luo_hugetlb.h"

#define ORDER		9
#define NR_PAGES	(1ULL << ORDER)
/* The pages of the largest possible file. */
#define LIMIT		((u64)MAX_LFS_FILESIZE >> (ORDER + PAGE_SHIFT))

/**
 * struct check - A file, and the memory of its elements.
 * @in:       The file.
 * @extents:  Its extents. The last one is after the end of the file.
 * @reserved: Its reserved ranges.
 */
struct check {
	struct luo_hugetlb_in in;
	struct luo_hugetlb_extent_ser extents[3];
	struct luo_hugetlb_reserved_ser reserved[2];
};

static void check_init(struct check *check)
{
	*check = (struct check){
		.extents = {
			{ .index = 0, .pfn = 8 * NR_PAGES, .nr = 2 },
			{ .index = 2, .pfn = 2 * NR_PAGES, .nr = 1 },
			{ .index = LIMIT - 3, .pfn = 0, .nr = 3 },
		},
		.reserved = { { 0, 3 }, { 5, LIMIT } },
	};
	check->in = (struct luo_hugetlb_in){
		.ser.order = ORDER,
		.ser.size = 4 * NR_PAGES * PAGE_SIZE,
		.ser.nr = 6,
		.ser.extents.count = ARRAY_SIZE(check->extents),
		.ser.reserved.count = ARRAY_SIZE(check->reserved),
		.extents = check->extents,
		.reserved = check->reserved,
	};
}

/* A change of a number at an offset in &struct check. */
struct damage {
	const char *what;
	size_t offset;
	u8 size;
	u64 value;
};

#define DAMAGE(_what, _member, _value) {				\
	.what = _what,							\
	.offset = offsetof(struct check, _member),			\
	.size = sizeof_field(struct check, _member),			\
	.value = (_value),						\
}

static const struct damage damages[] = {
	DAMAGE("an order that no extent can have", in.ser.order, 32),
	DAMAGE("the largest order", in.ser.order, U32_MAX),
	DAMAGE("another order", in.ser.order, ORDER + 1),
	DAMAGE("a size of less than a page", in.ser.size, PAGE_SIZE),
	DAMAGE("fewer pages", in.ser.nr, 5),
	DAMAGE("more pages", in.ser.nr, 7),
	DAMAGE("very many pages", in.ser.nr, U64_MAX),
	DAMAGE("an overlap in the file", extents[1].index, 1),
	DAMAGE("the same page twice", extents[1].index, 0),
	DAMAGE("not in order", extents[1].index, LIMIT - 1),
	DAMAGE("after the largest file", extents[2].index, LIMIT - 2),
	DAMAGE("far after the largest file", extents[2].index, U64_MAX - 1),
	DAMAGE("a frame between two pages", extents[0].pfn, 1),
	DAMAGE("a frame that is half aligned", extents[0].pfn, NR_PAGES / 2),
	DAMAGE("a frame that does not exist", extents[0].pfn, U64_MAX << ORDER),
	DAMAGE("pages that end where none exist", extents[0].pfn,
	       PHYS_PFN(PHYS_ADDR_MAX) >> ORDER << ORDER),
	DAMAGE("an extent that is too long", extents[2].nr, (U32_MAX >> ORDER) + 1),
	DAMAGE("an extent of very many pages", extents[2].nr, U32_MAX),
	DAMAGE("an empty reserved range", reserved[0].to, 0),
	DAMAGE("a reserved range that ends before it begins", reserved[1].to, 4),
	DAMAGE("reserved ranges that overlap", reserved[0].to, 6),
	DAMAGE("a reserved range after the largest file", reserved[1].to, LIMIT + 1),
	DAMAGE("reserved ranges that are not in order", reserved[1].from, 2),
	DAMAGE("a very large reserved range", reserved[1].to, U64_MAX),
};

static void damage_name(const struct damage *damage, char *text)
{
	strscpy(text, damage->what, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(luo_hugetlb_check, damages, damage_name);

static struct check *check_create(struct kunit *test)
{
	struct check *check = kunit_kzalloc(test, sizeof(*check), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, check);
	check_init(check);

	return check;
}

static void luo_hugetlb_check_refuses(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	struct check *check = check_create(test);

	KUNIT_ASSERT_EQ(test, luo_hugetlb_check(&check->in), 0);
	/* The machine is little endian, as all that have live update. */
	memcpy((void *)check + damage->offset, &damage->value, damage->size);
	KUNIT_EXPECT_EQ(test, luo_hugetlb_check(&check->in), -EBADMSG);
}

static void luo_hugetlb_check_empty(struct kunit *test)
{
	struct luo_hugetlb_in in = { .ser.order = ORDER };

	KUNIT_EXPECT_EQ(test, luo_hugetlb_check(&in), 0);
	in.ser.nr = 1;
	KUNIT_EXPECT_EQ(test, luo_hugetlb_check(&in), -EBADMSG);
}

static struct kunit_case luo_hugetlb_check_cases[] = {
	KUNIT_CASE_PARAM(luo_hugetlb_check_refuses, luo_hugetlb_check_gen_params),
	KUNIT_CASE(luo_hugetlb_check_empty),
	{}
};

static struct kunit_suite luo_hugetlb_check_suite = {
	.name = "luo_hugetlb_check",
	.test_cases = luo_hugetlb_check_cases,
};

kunit_test_suite(luo_hugetlb_check_suite);

MODULE_DESCRIPTION("KUnit tests of the checks of a hugetlb file");
MODULE_LICENSE("GPL");
