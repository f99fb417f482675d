/* SPDX-License-Identifier: GPL-2.0 */
/**
 * DOC: KUnit for user space
 *
 * The part of the kernel's kunit/test.h that the suites of lib/tests use. A case continues
 * after a failed expectation, and ends at a failed assertion.
 */
#ifndef _LUO_OBJECT_TEST_KUNIT_H
#define _LUO_OBJECT_TEST_KUNIT_H

#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>

struct kunit {
	void *priv;
	bool failed;
	bool skipped;
	char reason[128];
	jmp_buf abort;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[256];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;

	/* private: */
	struct kunit_suite *next;
};

void kunit_register(struct kunit_suite *suite);
void kunit_fail(struct kunit *test, bool abort, const char *file, int line,
		const char *fmt, ...) __printf(5, 6);

#define KUNIT_CASE(fn)		{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_SLOW(fn)	KUNIT_CASE(fn)

#define kunit_test_suite(suite)						\
	static void __attribute__((__constructor__))			\
	kunit_register_##suite(void)					\
	{								\
		kunit_register(&suite);					\
	}

/* Print a comment of KTAP, which is on standard output. */
#define kunit_info(test, fmt, ...)	printf("    # " fmt, ##__VA_ARGS__)

#define kunit_skip(test, fmt, ...) do {					\
	(test)->skipped = true;						\
	snprintf((test)->reason, sizeof((test)->reason), fmt,		\
		 ##__VA_ARGS__);					\
	longjmp((test)->abort, 1);					\
} while (0)

#define KUNIT_FAIL(test, fmt, ...)					\
	kunit_fail(test, false, __FILE__, __LINE__, fmt, ##__VA_ARGS__)

#define KUNIT_COMPARE(test, abort, left, op, right, fmt, ...) do {	\
	typeof(left) __left = (left);					\
	typeof(right) __right = (right);				\
									\
	if (!(__left op __right))					\
		kunit_fail(test, abort, __FILE__, __LINE__,		\
			   "%s (%lld) " #op " %s (%lld) " fmt, #left,	\
			   (long long)__left, #right,			\
			   (long long)__right, ##__VA_ARGS__);		\
} while (0)

#define KUNIT_HOLDS(test, abort, condition, text, fmt, ...) do {	\
	if (!(condition))						\
		kunit_fail(test, abort, __FILE__, __LINE__,		\
			   "%s " fmt, text, ##__VA_ARGS__);		\
} while (0)

#define KUNIT_EXPECT_EQ_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, ==, b, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, !=, b, __VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, <=, b, __VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, >=, b, __VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, >, b, __VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, false, a, <, b, __VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, true, a, ==, b, __VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, true, a, !=, b, __VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(test, a, b, ...)				\
	KUNIT_COMPARE(test, true, a, <, b, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE_MSG(test, c, ...)				\
	KUNIT_HOLDS(test, false, c, #c, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, ...)				\
	KUNIT_HOLDS(test, false, !(c), "not " #c, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ_MSG(test, a, b, size, ...)			\
	KUNIT_HOLDS(test, false, !memcmp(a, b, size), #a " is " #b,	\
		    __VA_ARGS__)

#define KUNIT_EXPECT_EQ(test, a, b)	KUNIT_EXPECT_EQ_MSG(test, a, b, "")
#define KUNIT_EXPECT_NE(test, a, b)	KUNIT_EXPECT_NE_MSG(test, a, b, "")
#define KUNIT_EXPECT_LE(test, a, b)	KUNIT_EXPECT_LE_MSG(test, a, b, "")
#define KUNIT_EXPECT_GE(test, a, b)	KUNIT_EXPECT_GE_MSG(test, a, b, "")
#define KUNIT_EXPECT_GT(test, a, b)	KUNIT_EXPECT_GT_MSG(test, a, b, "")
#define KUNIT_EXPECT_LT(test, a, b)	KUNIT_EXPECT_LT_MSG(test, a, b, "")
#define KUNIT_ASSERT_EQ(test, a, b)	KUNIT_ASSERT_EQ_MSG(test, a, b, "")
#define KUNIT_ASSERT_NE(test, a, b)	KUNIT_ASSERT_NE_MSG(test, a, b, "")
#define KUNIT_ASSERT_LT(test, a, b)	KUNIT_ASSERT_LT_MSG(test, a, b, "")
#define KUNIT_ASSERT_TRUE(test, c)	KUNIT_HOLDS(test, true, c, #c, "")
#define KUNIT_ASSERT_FALSE(test, c)	KUNIT_HOLDS(test, true, !(c), "not " #c, "")
#define KUNIT_EXPECT_TRUE(test, c)	KUNIT_EXPECT_TRUE_MSG(test, c, "")
#define KUNIT_EXPECT_FALSE(test, c)	KUNIT_EXPECT_FALSE_MSG(test, c, "")
#define KUNIT_EXPECT_MEMEQ(test, a, b, size)				\
	KUNIT_EXPECT_MEMEQ_MSG(test, a, b, size, "")

#define KUNIT_EXPECT_PTR_EQ(test, a, b)					\
	KUNIT_HOLDS(test, false, (a) == (b), #a " == " #b, "")
#define KUNIT_EXPECT_PTR_EQ_MSG(test, a, b, ...)			\
	KUNIT_HOLDS(test, false, (a) == (b), #a " == " #b, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, a, b)					\
	KUNIT_HOLDS(test, false, (a) != (b), #a " != " #b, "")
#define KUNIT_EXPECT_NULL(test, p)					\
	KUNIT_HOLDS(test, false, !(p), "no " #p, "")
#define KUNIT_EXPECT_NOT_NULL(test, p)					\
	KUNIT_HOLDS(test, false, p, #p, "")
#define KUNIT_ASSERT_NOT_NULL(test, p)					\
	KUNIT_HOLDS(test, true, p, #p, "")
#define KUNIT_EXPECT_STREQ(test, a, b)					\
	KUNIT_HOLDS(test, false, !strcmp(a, b), #a " is " #b, "(is '%s')", a)

#endif /* _LUO_OBJECT_TEST_KUNIT_H */
