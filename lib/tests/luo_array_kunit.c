// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of arrays
 *
 * Arrays of any size, with few keys or many, over a simulated kexec: corruption of each
 * bit of their list, corruption with a valid CRC, failed allocations, and leaks.
 */

#include <kunit/test.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "../../kernel/liveupdate/luo_array_internal.h"
#include "luo_loopback.h"
#include "luo_pattern.h"

/* The most memory of an array here, in bytes. */
#define LUO_ARRAY_TEST_MAX	(128UL << 20)

static int luo_array_make(struct luo_array *array, u32 element_size, u64 count,
			  u64 seed)
{
	int err = luo_array_alloc_raw(array, element_size, count, GFP_KERNEL);

	if (!err)
		luo_pattern_fill(array->data, element_size * count, seed);

	return err;
}

/* Return -EILSEQ if the array is restored with wrong data. */
static int luo_array_take(struct luo_array *array, u64 handle, u32 element_size,
			  u64 count, u64 seed)
{
	int err = luo_array_restore(array, handle, element_size, count);

	if (!err && !luo_pattern_holds(array->data, element_size * count, seed))
		return -EILSEQ;

	return err;
}

static struct luo_array_block_ser *luo_array_list(u64 handle, unsigned int nr)
{
	struct luo_array_block_ser *block = phys_to_virt(handle);

	while (nr--)
		block = phys_to_virt(block->next);

	return block;
}

/* Update the CRC of a list block. */
static void luo_array_forge(struct luo_array_block_ser *block)
{
	struct luo_array_block_ser copy = *block;

	copy.data_crc = 0;
	copy.crc = 0;
	block->crc = crc32c(crc32c(~0, &copy, sizeof(copy)), block->runs,
			    block->nr_runs * sizeof(block->runs[0]));
}

static void luo_array_every_size(struct kunit *test)
{
	static const struct {
		u32 element_size;
		u64 count;
	} sizes[] = {
		{ 1, 1 }, { 8, 1 }, { 24, 7 }, { 1, PAGE_SIZE - 1 },
		{ 1, PAGE_SIZE }, { 1, PAGE_SIZE + 1 }, { 8, 512 }, { 8, 513 },
		{ 24, 1000 }, { PAGE_SIZE, 3 }, { 100000, 1 }, { 12, 100003 },
		{ 64, 65536 }, { 1, (5 << 20) + 4097 },
	};
	struct luo_array array;
	unsigned int i, max_order;
	u64 handle;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (max_order = 0; max_order <= 10; max_order += 5) {
			luo_loopback_set_max_order(max_order);
			KUNIT_ASSERT_EQ(test,
					luo_array_make(&array,
						       sizes[i].element_size,
						       sizes[i].count, i), 0);
			handle = array.handle;

			luo_loopback_kexec();
			KUNIT_EXPECT_EQ_MSG(test,
					    luo_array_take(&array, handle,
							   sizes[i].element_size,
							   sizes[i].count, i),
					    0, "size %u", i);
			KUNIT_EXPECT_EQ(test, array.count, sizes[i].count);
			KUNIT_EXPECT_EQ(test, array.element_size,
					sizes[i].element_size);
			KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
					0UL);
			luo_array_free(&array);
			KUNIT_EXPECT_NULL(test, array.data);
			KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED),
					0UL);
			cond_resched();
		}
	}
}

/* The elements are zero and writable. */
static void luo_array_begins_zero(struct kunit *test)
{
	const size_t size = 300000;
	struct luo_array array;
	size_t i;

	luo_loopback_set_max_order(2);
	KUNIT_ASSERT_EQ(
		test, luo_array_alloc_raw(&array, 1, size, GFP_KERNEL | __GFP_ZERO),
		0);
	for (i = 0; i < size && !((u8 *)array.data)[i]; i++)
		;
	KUNIT_EXPECT_EQ(test, i, size);
	luo_array_free(&array);
}

static void luo_array_no_size(struct kunit *test)
{
	static const struct {
		u32 element_size;
		u64 count;
	} sizes[] = {
		{ 0, 1 }, { 1, 0 }, { 0, 0 }, { 2, 1ULL << 63 },
		{ 1, U64_MAX }, { 1, 1ULL << 63 }, { U32_MAX, U64_MAX },
		{ 0x10000, 1ULL << 48 }, { 1, SSIZE_MAX },
	};
	struct luo_array array;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_array_alloc_raw(&array,
							sizes[i].element_size,
							sizes[i].count, GFP_KERNEL),
				    -EINVAL, "size %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_array_restore(&array, PAGE_SIZE,
						      sizes[i].element_size,
						      sizes[i].count),
				    -EMSGSIZE, "size %u", i);
		luo_array_free(&array);
	}
}

/* An array uses the largest orders that fit, and no unneeded page. */
static void luo_array_largest_orders(struct kunit *test)
{
	const unsigned long nr_pages = 1024 + 512 + 3;
	struct luo_array array;
	unsigned int i;
	u64 run;

	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, nr_pages, 1), 0);
	/* 1024, 512, 2, 1, and the list. */
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 5UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
			nr_pages + 1);
	KUNIT_EXPECT_EQ(test, luo_loopback_largest(), 10U);
	for (i = 1; i < 4; i++) {
		run = array.blocks->runs[i];
		KUNIT_EXPECT_LT(test, run & LUO_ARRAY_RUN_ORDER,
				array.blocks->runs[i - 1] & LUO_ARRAY_RUN_ORDER);
	}
	luo_array_free(&array);

	/* If there are no large pages, smaller ones are used. */
	luo_loopback_set_max_order(4);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, nr_pages, 1), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
			nr_pages + 1);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
			nr_pages / 16 + 3);
	luo_array_free(&array);

	/* One run needs no mapping. */
	luo_loopback_set_max_order(10);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, 64, 1), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 2UL);
	KUNIT_EXPECT_EQ(test, virt_to_phys(array.data),
			array.blocks->runs[0] & PAGE_MASK);
	luo_array_free(&array);
}

/* Head and elements share pages if that takes no more pages. */
static void luo_array_small(struct kunit *test)
{
	const size_t head = sizeof(struct luo_array_block_ser);
	const struct {
		size_t size;
		unsigned long pages;
		unsigned long keys;
	} sizes[] = {
		{ 1, 1, 1 }, { PAGE_SIZE - head, 1, 1 },
		{ PAGE_SIZE - head + 1, 2, 1 }, { PAGE_SIZE, 2, 1 },
		{ 2 * PAGE_SIZE - head, 2, 1 },
		/* Four pages would waste more than one. */
		{ 2 * PAGE_SIZE - head + 1, 3, 2 }, { 2 * PAGE_SIZE, 3, 2 },
		{ 2 * PAGE_SIZE + 1, 4, 1 }, { 4 * PAGE_SIZE - head, 4, 1 },
		{ 4 * PAGE_SIZE, 5, 2 },
	};
	struct luo_array array;
	unsigned int i;
	u64 handle;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, sizes[i].size,
						     1), 0);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_loopback_pages(LUO_LOOPBACK_OUTGOING),
				    sizes[i].pages, "size %u", i);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
				    sizes[i].keys, "size %u", i);
		luo_array_free(&array);
	}

	/* If there is no folio of that order, they do not share pages. */
	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 2UL);
	handle = array.handle;
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, PAGE_SIZE, 1),
			0);
	luo_array_free(&array);
}

/* Flip each bit of the head, and write wrong heads with a valid CRC. */
static void luo_array_small_damaged(struct kunit *test)
{
	const size_t size = PAGE_SIZE + 1000;
	struct luo_array_block_ser *block;
	struct luo_array array;
	unsigned int bit, lie;
	u64 handle, other;

	KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, size, 1), 0);
	luo_array_seal(&array);
	block = array.blocks;
	handle = array.handle;
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, size, 2), 0);
	other = array.handle;
	luo_loopback_kexec();

	for (bit = 0; bit < 8 * sizeof(*block); bit++) {
		if (bit / 8 >= offsetof(struct luo_array_block_ser, data_crc) &&
		    bit / 8 < offsetofend(struct luo_array_block_ser, data_crc))
			continue;
		((u8 *)block)[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, luo_array_take(&array, handle, 1,
							 size, 1),
				    -EBADMSG, "bit %u", bit);
		((u8 *)block)[bit / 8] ^= 1 << bit % 8;
	}

	for (lie = 0; lie < 3; lie++) {
		struct luo_array_block_ser saved = *block;
		size_t wanted = size;

		switch (lie) {
		case 0:
			block->next = other;
			break;
		case 1:
			/* More elements than its pages can hold. */
			wanted = 3 * PAGE_SIZE;
			break;
		case 2:
			/* Fewer elements, which would need only one page. */
			wanted = 100;
			break;
		}
		block->count = wanted;
		luo_array_forge(block);
		KUNIT_EXPECT_EQ_MSG(test, luo_array_take(&array, handle, 1,
							 wanted, 1),
				    -EBADMSG, "lie %u", lie);
		*block = saved;
	}
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, size - 1, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, 10 * size, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);

	/* The last element. */
	((u8 *)(block + 1))[size - 1] ^= 1;
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, size, 1),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, other, 1, size, 2), 0);
	luo_array_free(&array);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/*
 * The runs in a list page of 64 KiB have at least 512 MiB in all. Skip tests that need
 * several such pages.
 */
static void luo_array_skip_if_large(struct kunit *test, unsigned long nr_pages)
{
	if (nr_pages > LUO_ARRAY_TEST_MAX / PAGE_SIZE)
		kunit_skip(test, "%lu pages are too many", nr_pages);
}

/* More runs than a list page can hold. */
static void luo_array_long_list(struct kunit *test)
{
	const unsigned long nr_pages = 3 * LUO_ARRAY_RUNS_PER_BLOCK + 1;
	struct luo_array array;
	u64 handle;

	luo_array_skip_if_large(test, nr_pages);
	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, nr_pages, 5), 0);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
			nr_pages + 4);
	handle = array.handle;
	luo_loopback_kexec();
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, PAGE_SIZE, nr_pages,
					     5), 0);
	luo_array_free(&array);
}

static void luo_array_wrong_shape(struct kunit *test)
{
	struct luo_array array;
	u64 handle;

	KUNIT_ASSERT_EQ(test, luo_array_make(&array, 24, 1000, 1), 0);
	handle = array.handle;
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 24, 999, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 24, 100000, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 12, 2000, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 23, 1000, 1),
			-EMSGSIZE);
	KUNIT_EXPECT_NULL(test, array.data);
	luo_array_free(&array);
	/* No page was claimed. */
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 24, 1000, 1), 0);
	luo_array_free(&array);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 24, 1000, 1),
			-EBADMSG);
}

static void luo_array_wild_handles(struct kunit *test)
{
	struct luo_array array;
	u64 handle, foreign, run;

	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, 4, 1), 0);
	handle = array.handle;
	run = array.blocks->runs[0];
	foreign = virt_to_phys(luo_handover_alloc(0, GFP_KERNEL));
	luo_loopback_kexec();

	KUNIT_EXPECT_EQ(test, luo_array_take(&array, 0, PAGE_SIZE, 4, 1),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, U64_MAX, PAGE_SIZE, 4, 1),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle + 8, PAGE_SIZE, 4,
					     1), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, 1ULL << 50, PAGE_SIZE, 4,
					     1), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, foreign, PAGE_SIZE, 4, 1),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, run & PAGE_MASK, PAGE_SIZE,
					     4, 1), -EBADMSG);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);

	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, PAGE_SIZE, 4, 1),
			0);
	luo_array_free(&array);
	luo_loopback_kexec();
}

/* Flip each used bit of two list pages. */
static void luo_array_list_bits(struct kunit *test)
{
	const unsigned long nr_pages = LUO_ARRAY_RUNS_PER_BLOCK + 3;
	struct luo_array_block_ser *block;
	struct luo_array array;
	unsigned int nr, bit, nr_bits;
	u64 handle;
	u8 *byte;

	luo_array_skip_if_large(test, nr_pages);
	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, nr_pages, 1), 0);
	handle = array.handle;
	luo_loopback_kexec();

	for (nr = 0; nr < 2; nr++) {
		block = luo_array_list(handle, nr);
		nr_bits = 8 * (sizeof(*block) + 3 * sizeof(block->runs[0]));
		for (bit = 0; bit < nr_bits; bit++) {
			int err;

			byte = (u8 *)block + bit / 8;
			/*
			 * Only in the first block, and zero in an array that is
			 * not sealed.
			 */
			if (bit / 8 >= offsetof(struct luo_array_block_ser,
						data_crc) &&
			    bit / 8 < offsetofend(struct luo_array_block_ser,
						  data_crc))
				continue;

			*byte ^= 1 << bit % 8;
			err = luo_array_restore(&array, handle, PAGE_SIZE, nr_pages);
			KUNIT_EXPECT_EQ_MSG(test, err, -EBADMSG,
					    "bit %u of block %u", bit, nr);
			*byte ^= 1 << bit % 8;
		}
		cond_resched();
	}
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, PAGE_SIZE, nr_pages,
					     1), 0);
	luo_array_free(&array);
}

/*
 * Lists with a valid CRC and wrong values. All pages that are claimed before the error
 * is detected must be freed, and only once.
 */
static void luo_array_lists_that_lie(struct kunit *test)
{
	const unsigned long nr_pages = 2 * LUO_ARRAY_RUNS_PER_BLOCK + 3;
	struct luo_array_block_ser *block[3];
	struct luo_array array;
	u64 handle, foreign;
	unsigned int lie, i;
	int err;

	luo_array_skip_if_large(test, nr_pages);
	for (lie = 0; lie < 18; lie++) {
		luo_loopback_set_max_order(0);
		KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, nr_pages,
						     1), 0);
		luo_loopback_set_max_order(10);
		foreign = virt_to_phys(luo_handover_alloc(1, GFP_KERNEL));
		handle = array.handle;
		for (i = 0; i < 3; i++)
			block[i] = luo_array_list(handle, i);

		switch (lie) {
		case 0:
			block[0]->next = handle;
			break;
		case 1:
			block[1]->next = block[1]->self;
			break;
		case 2:
			block[2]->next = handle;
			break;
		case 3:
			block[1]->next = 0;
			break;
		case 4:
			block[0]->next = block[2]->self;
			break;
		case 5:
			block[0]->next = foreign;
			break;
		case 6:
			block[0]->runs[1] = block[0]->runs[0];
			break;
		case 7:
			block[2]->runs[0] = block[0]->runs[0];
			break;
		case 8:
			block[0]->runs[5] = block[0]->self;
			break;
		case 9:
			block[0]->runs[5] = block[1]->self;
			break;
		case 10:
			block[2]->runs[0] = block[1]->self;
			break;
		case 11:
			block[0]->runs[5] = foreign | 1;
			break;
		case 12:
			block[0]->runs[5] = foreign;
			break;
		case 13:
			block[0]->runs[5] |= LUO_ARRAY_RUN_ORDER;
			break;
		case 14:
			block[2]->nr_runs--;
			break;
		case 15:
			block[1]->nr_runs = 0;
			break;
		case 16:
			block[1]->nr_runs = LUO_ARRAY_RUNS_PER_BLOCK + 1;
			break;
		case 17:
			/* The same runs in another order. */
			block[0]->next = block[2]->self;
			block[2]->next = block[1]->self;
			block[1]->next = 0;
			break;
		}
		for (i = 0; i < 3; i++) {
			if (block[i]->nr_runs <= LUO_ARRAY_RUNS_PER_BLOCK)
				luo_array_forge(block[i]);
		}

		luo_loopback_kexec();
		err = luo_array_restore(&array, handle, PAGE_SIZE, nr_pages);
		KUNIT_EXPECT_EQ_MSG(test, err, -EBADMSG, "lie %u", lie);
		luo_array_free(&array);
		KUNIT_EXPECT_EQ_MSG(test,
				    luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL,
				    "lie %u", lie);
		luo_loopback_kexec();
		cond_resched();
	}
}

static void luo_array_sealed(struct kunit *test)
{
	const size_t size = 3 * PAGE_SIZE + 100;
	struct luo_array array;
	unsigned int damaged;
	u64 handle;

	luo_loopback_set_max_order(0);
	for (damaged = 0; damaged < 3; damaged++) {
		KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, size, 1), 0);
		luo_array_seal(&array);
		if (damaged == 1)
			((u8 *)array.data)[size - 1] ^= 1;
		/* Bytes after the elements are ignored. */
		if (damaged == 2)
			((u8 *)array.data)[size] ^= 1;
		handle = array.handle;
		luo_loopback_kexec();
		KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, size, 1),
				damaged == 1 ? -EBADMSG : 0);
		luo_array_free(&array);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
				0UL);
	}
}

/*
 * If a large order fails, a smaller one is tried; if order 0 fails, the call
 * fails.
 */
static void luo_array_alloc_without_memory(struct kunit *test)
{
	const unsigned long nr_pages = LUO_ARRAY_RUNS_PER_BLOCK + 3;
	unsigned int max_order, failures;
	struct luo_array array;
	unsigned long nth;
	bool failed;
	int err;

	luo_array_skip_if_large(test, nr_pages);
	for (max_order = 0; max_order <= 3; max_order += 3) {
		luo_loopback_set_max_order(max_order);
		failures = 0;
		nth = 0;
		do {
			/* Check the first element, the last one, and some others. */
			nth += !max_order && nth > 20 && nth < nr_pages - 4 ?
			       100 : 1;
			luo_loopback_fail_nth(nth);
			err = luo_array_alloc_raw(&array, PAGE_SIZE, nr_pages,
						  GFP_KERNEL);
			failed = luo_loopback_failed();
			luo_loopback_fail_nth(0);
			if (err) {
				KUNIT_EXPECT_TRUE(test, failed);
				KUNIT_EXPECT_EQ(test, err, -ENOMEM);
				KUNIT_EXPECT_EQ(test,
						luo_loopback_keys(LUO_LOOPBACK_OUTGOING),
						0UL);
				failures++;
			}
			luo_array_free(&array);
		} while (failed);
		/* The allocations are the list, the last page and the mapping; or each page. */
		KUNIT_EXPECT_GE(test, failures, max_order ? 3U : 25U);
	}
}

/* An array that cannot be mapped can be restored later. */
static void luo_array_restore_without_memory(struct kunit *test)
{
	unsigned long keys, nth = 0;
	struct luo_array array;
	bool failed;
	u64 handle;
	int err;

	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, 3, 1), 0);
	handle = array.handle;
	luo_loopback_kexec();
	keys = luo_loopback_keys(LUO_LOOPBACK_INCOMING);
	do {
		luo_loopback_fail_nth(++nth);
		err = luo_array_restore(&array, handle, PAGE_SIZE, 3);
		failed = luo_loopback_failed();
		luo_loopback_fail_nth(0);
		KUNIT_EXPECT_EQ(test, err, failed ? -ENOMEM : 0);
		if (failed)
			KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING),
					keys);
	} while (failed);
	KUNIT_EXPECT_GT(test, nth, 1UL);
	KUNIT_EXPECT_TRUE(test, luo_pattern_holds(array.data, 3 * PAGE_SIZE, 1));
	luo_array_free(&array);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
}

/* A restored array cannot be handed over; a new one can. */
static void luo_array_generations(struct kunit *test)
{
	struct luo_array old, new;
	unsigned int generation;
	u64 handle;

	KUNIT_ASSERT_EQ(test, luo_array_make(&new, 24, 5000, 0), 0);
	for (generation = 0; generation < 5; generation++) {
		handle = new.handle;
		luo_loopback_kexec();
		KUNIT_ASSERT_EQ(test, luo_array_take(&old, handle, 24, 5000,
						     generation), 0);
		KUNIT_ASSERT_EQ(test, luo_array_make(&new, 24, 5000,
						     generation + 1), 0);
		luo_array_free(&old);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED),
				0UL);
	}
	luo_array_free(&new);
}

/* A device that the previous kernel did not stop writes to the memory. */
static u64 luo_array_scribbled;

static void luo_array_scribble(u64 address)
{
	struct luo_array_block_ser *block = phys_to_virt(luo_array_scribbled);
	u32 i;

	for (i = 0; i < block->nr_runs; i++)
		block->runs[i] = 0x1000;
	block->nr_runs = LUO_ARRAY_RUNS_PER_BLOCK;
	block->next = 0x2000;
}

/* A list that changes after the check has no effect on the restore. */
static void luo_array_list_changes(struct kunit *test)
{
	const u64 size = 9 * PAGE_SIZE;
	struct luo_array array;
	u64 handle;

	luo_loopback_set_max_order(0);
	KUNIT_ASSERT_EQ(test, luo_array_make(&array, 1, size, 1), 0);
	handle = array.handle;
	luo_loopback_kexec();

	luo_array_scribbled = handle;
	luo_loopback_on_claim(luo_array_scribble);
	KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, 1, size, 1), 0);
	luo_loopback_on_claim(NULL);
	luo_array_free(&array);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
}

/* If two callers restore an array, only one succeeds. Try each page that may decide. */
static void luo_array_claim_is_lost(struct kunit *test)
{
	struct luo_array array;
	unsigned long nth;
	u64 handle;

	for (nth = 1; nth <= 4; nth++) {
		luo_loopback_set_max_order(0);
		KUNIT_ASSERT_EQ(test, luo_array_make(&array, PAGE_SIZE, 3, 1),
				0);
		handle = array.handle;
		luo_loopback_kexec();

		luo_loopback_steal(nth);
		KUNIT_EXPECT_EQ(test, luo_array_take(&array, handle, PAGE_SIZE,
						     3, 1), -EBADMSG);
		KUNIT_EXPECT_NULL(test, array.data);
		KUNIT_ASSERT_NE(test, luo_loopback_stolen(), 0ULL);
		KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED),
				1UL);
		luo_handover_put(luo_loopback_stolen());
		luo_loopback_kexec();
	}
}

static void luo_array_refuses_movable_pages(struct kunit *test)
{
	struct luo_array array;

	KUNIT_EXPECT_EQ(
		test, luo_array_alloc_raw(&array, 8, 1, GFP_KERNEL | __GFP_MOVABLE),
		-EINVAL);
	KUNIT_EXPECT_EQ(
		test, luo_array_alloc_raw(&array, 8, 1, GFP_KERNEL | __GFP_HIGHMEM),
		-EINVAL);
	KUNIT_EXPECT_NULL(test, array.data);
}

static struct kunit_case luo_array_cases[] = {
	KUNIT_CASE_SLOW(luo_array_every_size),
	KUNIT_CASE(luo_array_begins_zero),
	KUNIT_CASE(luo_array_no_size),
	KUNIT_CASE(luo_array_largest_orders),
	KUNIT_CASE(luo_array_small),
	KUNIT_CASE(luo_array_small_damaged),
	KUNIT_CASE(luo_array_long_list),
	KUNIT_CASE(luo_array_wrong_shape),
	KUNIT_CASE(luo_array_wild_handles),
	KUNIT_CASE(luo_array_list_bits),
	KUNIT_CASE(luo_array_lists_that_lie),
	KUNIT_CASE(luo_array_sealed),
	KUNIT_CASE(luo_array_alloc_without_memory),
	KUNIT_CASE(luo_array_restore_without_memory),
	KUNIT_CASE(luo_array_generations),
	KUNIT_CASE(luo_array_list_changes),
	KUNIT_CASE(luo_array_claim_is_lost),
	KUNIT_CASE(luo_array_refuses_movable_pages),
	{}
};

static struct kunit_suite luo_array_suite = {
	.name = "luo_array",
	.init = luo_loopback_init,
	.exit = luo_loopback_exit,
	.test_cases = luo_array_cases,
};

kunit_test_suite(luo_array_suite);
