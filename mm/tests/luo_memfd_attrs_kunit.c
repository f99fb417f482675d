// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of the attributes of a memfd
 *
 * Test which attributes and which extended attributes are valid.
 * tools/testing/luo_object/memfd_kunit.c tests files whose attributes are corrupt.
 */

#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../luo_memfd_attrs.h"

static struct luo_memfd_attrs_ser_v1 good(void)
{
	return (struct luo_memfd_attrs_ser_v1){
		.mode = 0777,
		.flags = LUO_MEMFD_ATTRS_READ | LUO_MEMFD_ATTRS_WRITE,
		.name = "memfd:cache",
	};
}

static void luo_memfd_attrs_names(struct kunit *test)
{
	struct luo_memfd_attrs_ser_v1 ser = good();
	size_t i;

	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));

	/* The longest string, without a NUL. */
	for (i = strlen(ser.name); i < sizeof(ser.name) - 1; i++)
		ser.name[i] = 'x';
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));
	ser.name[i] = 'x';
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));

	/* A byte other than NUL after the end. */
	ser = good();
	ser.name[sizeof(ser.name) - 1] = 'x';
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));

	/* No name, an empty name, and a name with another prefix. */
	memset(ser.name, 0, sizeof(ser.name));
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));
	memcpy(ser.name, "memfd:", 6);
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));
	memcpy(ser.name, "SYSV00", 6);
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));
}

static void luo_memfd_attrs_fields(struct kunit *test)
{
	struct luo_memfd_attrs_ser_v1 ser = good();

	ser.flags = LUO_MEMFD_ATTRS_APPEND;
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));
	ser.flags |= LUO_MEMFD_ATTRS_WRITE;
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));

	/* A list without elements, elements without a list, too many. */
	ser.xattrs = 0x1000;
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));
	ser.nr_xattrs = LUO_MEMFD_ATTRS_XATTRS_MAX;
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_valid(&ser));
	ser.nr_xattrs++;
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));
	ser.xattrs = 0;
	ser.nr_xattrs = 1;
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_valid(&ser));
}

/* A label and an attribute, 2 and 3 elements. */
struct two_xattrs {
	u32 name_len;
	u32 value_len;
	char data[8];
	u32 name_len_2;
	u32 value_len_2;
	char data_2[16];
};

static const struct two_xattrs good_xattrs = {
	1, 5, "\0label",
	7, 5, "user.x\0value",
};

#define NR_XATTRS	(sizeof(good_xattrs) / sizeof(u64))

static void luo_memfd_attrs_walk(struct kunit *test)
{
	const struct luo_memfd_xattr_ser *xattr;
	u64 at = 0;

	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_xattrs_valid(&good_xattrs,
							     NR_XATTRS));
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_xattrs_valid(NULL, 0));
	xattr = luo_memfd_attrs_next(&good_xattrs, NR_XATTRS, &at);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)xattr,
			    (const void *)&good_xattrs);
	KUNIT_EXPECT_EQ(test, at, 2);
	xattr = luo_memfd_attrs_next(&good_xattrs, NR_XATTRS, &at);
	KUNIT_ASSERT_NOT_NULL(test, xattr);
	KUNIT_EXPECT_STREQ(test, xattr->data, "user.x");
	KUNIT_EXPECT_EQ(test, at, NR_XATTRS);
	KUNIT_EXPECT_NULL(test, luo_memfd_attrs_next(&good_xattrs, NR_XATTRS,
						     &at));
}

static void luo_memfd_attrs_bad_xattrs(struct kunit *test)
{
	struct two_xattrs bad;
	u64 nr;

	/* Truncated anywhere except between the two. */
	for (nr = 1; nr < NR_XATTRS; nr++)
		KUNIT_EXPECT_EQ(test, luo_memfd_attrs_xattrs_valid(&good_xattrs,
								   nr), nr == 2);

#define BAD(field, value) do {						\
	bad = good_xattrs;						\
	bad.field = value;						\
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_xattrs_valid(&bad,	\
							      NR_XATTRS)); \
} while (0)

	BAD(name_len, 0);
	BAD(name_len, 7);
	BAD(name_len, U32_MAX);
	BAD(value_len, U32_MAX);
	BAD(value_len, 3);
	BAD(data[0], 'x');
	BAD(data[7], 'x');
	BAD(name_len_2, 6);
	BAD(name_len_2, 8);
	BAD(value_len_2, 13);
	BAD(data_2[2], 0);
	BAD(data_2[15], 'x');
#undef BAD

	/* A second label. */
	bad = good_xattrs;
	bad.name_len_2 = 1;
	bad.value_len_2 = 11;
	bad.data_2[0] = 0;
	KUNIT_EXPECT_FALSE(test, luo_memfd_attrs_xattrs_valid(&bad, NR_XATTRS));
	/* It is valid without the second label. */
	KUNIT_EXPECT_TRUE(test, luo_memfd_attrs_xattrs_valid(&bad.name_len_2,
							     NR_XATTRS - 2));
}

static struct kunit_case luo_memfd_attrs_cases[] = {
	KUNIT_CASE(luo_memfd_attrs_names),
	KUNIT_CASE(luo_memfd_attrs_fields),
	KUNIT_CASE(luo_memfd_attrs_walk),
	KUNIT_CASE(luo_memfd_attrs_bad_xattrs),
	{}
};

static struct kunit_suite luo_memfd_attrs_suite = {
	.name = "luo_memfd_attrs",
	.test_cases = luo_memfd_attrs_cases,
};

kunit_test_suite(luo_memfd_attrs_suite);

MODULE_DESCRIPTION("KUnit tests of the attributes of a memfd");
MODULE_LICENSE("GPL");
