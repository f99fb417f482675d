// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of vectors
 *
 * Elements are appended, replaced and removed at random. After any number of such steps
 * the next kernel reads the array with luo_array_restore(), which checks the CRC. The
 * cost of appending an element does not depend on the length.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../../kernel/liveupdate/luo_array_internal.h"
#include "luo_loopback.h"
#include "luo_pattern.h"

#define ELEMENT	24
#define NR_MAX	2000

/* Element @i of seed @seed. */
struct luo_vec_element {
	u64 words[3];
};

static struct luo_vec_element luo_vec_element(u64 seed, u64 i)
{
	struct luo_vec_element element;

	element.words[0] = luo_pattern_word(seed, 3 * i);
	element.words[1] = luo_pattern_word(seed, 3 * i + 1);
	element.words[2] = luo_pattern_word(seed, 3 * i + 2);

	return element;
}

static int luo_vec_add(struct luo_vec *vec, u64 seed, u64 nr)
{
	struct luo_vec_element element;
	int err = 0;

	for (; nr && !err; nr--) {
		element = luo_vec_element(seed, vec->count);
		err = luo_vec_append(vec, &element, 1, GFP_KERNEL);
		if (nr % 1024 == 0)
			cond_resched();
	}

	return err;
}

/* The next kernel reads the vector; what it read is compared and freed. */
static void luo_vec_check(struct kunit *test, struct luo_vec *vec,
			  const struct luo_vec_element *expected)
{
	u64 handle = vec->handle, count = vec->count;
	struct luo_array array;

	luo_vec_seal(vec);
	kvfree(vec->pages);
	kvfree(vec->blocks);
	luo_loopback_kexec();
	KUNIT_ASSERT_EQ(test, luo_array_restore(&array, handle, ELEMENT, count), 0);
	KUNIT_EXPECT_EQ(test, memcmp(array.data, expected, count * ELEMENT), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	luo_array_free(&array);
}

static struct luo_vec_element *luo_vec_expected(struct kunit *test, u64 nr)
{
	struct luo_vec_element *expected =
		kvcalloc(nr, sizeof(*expected), GFP_KERNEL);
	u64 i;

	KUNIT_ASSERT_NOT_NULL(test, expected);
	for (i = 0; i < nr; i++)
		expected[i] = luo_vec_element(0, i);

	return expected;
}

/*
 * All at once or one by one, around the sizes at which pages and blocks are
 * added.
 */
static void luo_vec_every_size(struct kunit *test)
{
	static const u64 sizes[] = {
		1, 2, 168, 169, 170, 171, 341, 342, 2000, 86357, 86358, 90000,
	};
	struct luo_vec_element *expected = luo_vec_expected(test, 90000);
	struct luo_vec vec;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		luo_vec_init(&vec, ELEMENT);
		KUNIT_ASSERT_EQ(test, luo_vec_append(&vec, expected, sizes[i],
						     GFP_KERNEL), 0);
		luo_vec_check(test, &vec, expected);

		luo_vec_init(&vec, ELEMENT);
		KUNIT_ASSERT_EQ(test, luo_vec_add(&vec, 0, sizes[i]), 0);
		luo_vec_check(test, &vec, expected);
		cond_resched();
	}
	kvfree(expected);
}

static u32 luo_vec_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;

	return *state >> 8;
}

static void luo_vec_step(struct kunit *test, struct luo_vec *vec,
			 struct luo_vec_element *expected, u32 *state)
{
	struct luo_vec_element element = luo_vec_element(*state, 0), found;
	u32 what = luo_vec_random(state) % 8;
	u64 at, i;

	if (!vec->count || (what < 2 && vec->count < NR_MAX)) {
		expected[vec->count] = element;
		KUNIT_ASSERT_EQ(test, luo_vec_append(vec, &element, 1,
						     GFP_KERNEL), 0);
	} else if (what < 3 && vec->count + 400 < NR_MAX) {
		for (i = 0; i < 400; i++)
			expected[vec->count + i] = luo_vec_element(*state, i);
		KUNIT_ASSERT_EQ(test, luo_vec_append(vec, expected + vec->count,
						     400, GFP_KERNEL), 0);
	} else if (what < 4) {
		at = vec->count - 1 - luo_vec_random(state) % vec->count / 4;
		luo_vec_truncate(vec, at);
	} else if (what < 5) {
		luo_vec_seal(vec);
	} else {
		at = luo_vec_random(state) % vec->count;
		expected[at] = element;
		luo_vec_set(vec, at, &element);
		luo_vec_get(vec, at, &found);
		KUNIT_EXPECT_EQ(test, memcmp(&found, &element, ELEMENT), 0);
	}
}

static void luo_vec_random_edits(struct kunit *test)
{
	struct luo_vec_element *expected = luo_vec_expected(test, NR_MAX);
	u32 round, step, state = 1;
	struct luo_vec vec;

	for (round = 0; round < 50; round++) {
		luo_vec_init(&vec, ELEMENT);
		for (step = 0; step < 10 + 8 * round || !vec.count; step++)
			luo_vec_step(test, &vec, expected, &state);
		luo_vec_check(test, &vec, expected);
		cond_resched();
	}
	kvfree(expected);
}

/* Blocks before the last, of which only the CRC is updated. */
static void luo_vec_long_edits(struct kunit *test)
{
	struct luo_vec_element *expected = luo_vec_expected(test, 200000);
	static const u64 counts[] = { 90000, 90001, 86400, 180000, 172800, 60000 };
	unsigned int i, last;
	struct luo_vec vec;
	u64 at, more;

	for (last = 0; last < ARRAY_SIZE(counts); last++) {
		luo_vec_init(&vec, ELEMENT);
		for (i = 0; i <= last; i++) {
			more = counts[i] - min(counts[i], vec.count);
			KUNIT_ASSERT_EQ(test, 0,
					luo_vec_append(&vec, expected + vec.count,
						       more, GFP_KERNEL));
			luo_vec_truncate(&vec, counts[i]);
			at = counts[i] / 3;
			luo_vec_set(&vec, at, &expected[at]);
			luo_vec_seal(&vec);
		}
		luo_vec_check(test, &vec, expected);
		cond_resched();
	}
	kvfree(expected);
}

/* A changed element is detected. */
static void luo_vec_sealed(struct kunit *test)
{
	struct luo_vec_element element = luo_vec_element(1, 1);
	struct luo_array array;
	struct luo_vec vec;

	luo_vec_init(&vec, ELEMENT);
	KUNIT_ASSERT_EQ(test, luo_vec_add(&vec, 0, 1000), 0);
	luo_vec_seal(&vec);
	luo_vec_set(&vec, 500, &element);
	kvfree(vec.pages);
	kvfree(vec.blocks);
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_array_restore(&array, vec.handle, ELEMENT, 1000),
			-EBADMSG);
}

/*
 * To append elements takes at most one page more than they fill, for any length of the
 * vector, because no element is copied to a larger allocation.
 */
static void luo_vec_append_is_local(struct kunit *test)
{
	static const u64 sizes[] = { 1000, 10000, 86357, 200000 };
	unsigned long pages;
	struct luo_vec vec;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		luo_vec_init(&vec, ELEMENT);
		KUNIT_ASSERT_EQ(test, luo_vec_add(&vec, 0, sizes[i]), 0);
		pages = luo_loopback_pages(LUO_LOOPBACK_OUTGOING);
		KUNIT_ASSERT_EQ(test, luo_vec_add(&vec, 0, 10), 0);
		KUNIT_EXPECT_LE(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
				pages + 2);
		luo_vec_free(&vec);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				0UL);
		cond_resched();
	}
}

/* Elements for which luo_vec_prepare() was called are appended without a new table. */
static void luo_vec_prepared(struct kunit *test)
{
	const u64 nr = PAGE_SIZE / sizeof(void *) * PAGE_SIZE / ELEMENT;
	const u64 nr_late = 8192;
	struct luo_vec_element *expected;
	struct luo_vec vec;
	void **pages;

	if (nr * ELEMENT > SZ_64M)
		kunit_skip(test, "a table of more than a page takes too much memory");

	expected = luo_vec_expected(test, nr + nr_late);
	luo_vec_init(&vec, ELEMENT);
	KUNIT_EXPECT_EQ(test, luo_vec_prepare(&vec, nr_late, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, vec.pages);

	KUNIT_ASSERT_EQ(test, luo_vec_append(&vec, expected, nr, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, vec.nr_pages, vec.max_pages);
	KUNIT_ASSERT_EQ(test, luo_vec_prepare(&vec, nr_late, GFP_KERNEL), 0);
	pages = vec.pages;
	KUNIT_ASSERT_EQ(test, luo_vec_append(&vec, expected + nr, nr_late,
					     GFP_KERNEL), 0);
	KUNIT_EXPECT_PTR_EQ(test, vec.pages, pages);

	luo_vec_check(test, &vec, expected);
	kvfree(expected);
}

/* Each allocation fails in turn; the elements stay and can be handed over. */
static void luo_vec_without_memory(struct kunit *test)
{
	struct luo_vec_element *expected = luo_vec_expected(test, 90000);
	unsigned long nth = 0;
	struct luo_vec vec;
	bool failed;
	int err;

	do {
		luo_vec_init(&vec, ELEMENT);
		KUNIT_ASSERT_EQ(test, luo_vec_append(&vec, expected, 100,
						     GFP_KERNEL), 0);
		nth = nth < 40 ? nth + 1 : nth + 97;
		luo_loopback_fail_nth(nth);
		err = luo_vec_append(&vec, expected + 100, 89900, GFP_KERNEL);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ(test, err, failed ? -ENOMEM : 0);
		KUNIT_EXPECT_EQ(test, vec.count, failed ? 100 : 90000);
		luo_vec_check(test, &vec, expected);
		cond_resched();
	} while (failed);
	/* Each page is an allocation. */
	KUNIT_EXPECT_GT(test, nth, 90000UL * ELEMENT / PAGE_SIZE);
	kvfree(expected);
}

static struct kunit_case luo_vec_cases[] = {
	KUNIT_CASE_SLOW(luo_vec_every_size),
	KUNIT_CASE(luo_vec_random_edits),
	KUNIT_CASE(luo_vec_long_edits),
	KUNIT_CASE(luo_vec_sealed),
	KUNIT_CASE(luo_vec_append_is_local),
	KUNIT_CASE(luo_vec_prepared),
	KUNIT_CASE(luo_vec_without_memory),
	{}
};

static struct kunit_suite luo_vec_suite = {
	.name = "luo_vec",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_vec_cases,
};

kunit_test_suite(luo_vec_suite);
