// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Arrays
 *
 * Three arrays: a sealed one in one run, one in single pages with two blocks of runs, and a
 * small one whose elements follow its head.
 */

#include <linux/crc32c.h>
#include <linux/kho/abi/luo_array.h>

#include "../../../kernel/liveupdate/luo_array_internal.h"
#include "../../../lib/tests/luo_pattern.h"
#include "frame.h"

#define FUZZ_ELEMENT	24
#define FUZZ_WHOLE	((4 * PAGE_SIZE) / FUZZ_ELEMENT)
#define FUZZ_SPLIT	((6 * PAGE_SIZE) / FUZZ_ELEMENT)
#define FUZZ_SMALL	(PAGE_SIZE / FUZZ_ELEMENT)

enum {
	FUZZ_WHOLE_HANDLE,
	FUZZ_SPLIT_HANDLE,
	FUZZ_SMALL_HANDLE,
};

/* The list page and the run of the first array. */
static u64 fuzz_needs[2];

/* The head of the small array, and its elements after it. */
static u64 fuzz_small_needs[1];

static u32 fuzz_block_crc(struct luo_array_block_ser *block)
{
	block->crc = 0;

	return crc32c(crc32c(~0, block, sizeof(*block)), block->runs,
		      block->nr_runs * sizeof(block->runs[0]));
}

/* Split the runs into two blocks. */
static void fuzz_split(struct luo_array_block_ser *block)
{
	struct luo_array_block_ser *next;
	unsigned int kept = block->nr_runs / 2;

	next = luo_handover_alloc(0, GFP_KERNEL | __GFP_ZERO);
	FUZZ_EXPECT(next);
	*next = *block;
	next->self = virt_to_phys(next);
	next->sequence = 1;
	next->nr_runs = block->nr_runs - kept;
	memcpy(next->runs, block->runs + kept,
	       next->nr_runs * sizeof(next->runs[0]));
	next->crc = fuzz_block_crc(next);

	block->next = next->self;
	block->nr_runs = kept;
	block->crc = fuzz_block_crc(block);
}

static void fuzz_save_array(void)
{
	struct luo_array array;

	FUZZ_EXPECT(
		!luo_array_alloc_raw(&array, FUZZ_ELEMENT, FUZZ_WHOLE, GFP_KERNEL));
	luo_pattern_fill(array.data, FUZZ_WHOLE * FUZZ_ELEMENT, 0);
	luo_array_seal(&array);
	fuzz_roots[FUZZ_WHOLE_HANDLE] = array.handle;
	fuzz_needs[0] = array.handle;
	fuzz_needs[1] = virt_to_phys(array.data);

	luo_loopback_set_max_order(0);
	FUZZ_EXPECT(
		!luo_array_alloc_raw(&array, FUZZ_ELEMENT, FUZZ_SPLIT, GFP_KERNEL));
	luo_loopback_set_max_order(MAX_PAGE_ORDER);
	luo_pattern_fill(array.data, FUZZ_SPLIT * FUZZ_ELEMENT, 1);
	fuzz_split(array.blocks);
	fuzz_roots[FUZZ_SPLIT_HANDLE] = array.handle;

	FUZZ_EXPECT(
		!luo_array_alloc_raw(&array, FUZZ_ELEMENT, FUZZ_SMALL, GFP_KERNEL));
	luo_pattern_fill(array.data, FUZZ_SMALL * FUZZ_ELEMENT, 2);
	luo_array_seal(&array);
	fuzz_roots[FUZZ_SMALL_HANDLE] = array.handle;
	fuzz_small_needs[0] = array.handle;
}

static void fuzz_restore_one(struct luo_array *array, unsigned int which,
			     u64 count)
{
	int err;

	err = luo_array_restore(array, fuzz_roots[which], FUZZ_ELEMENT, count);
	FUZZ_EXPECT_ERRNO(err, -EBADMSG, -EMSGSIZE);
	if (fuzz_untouched())
		FUZZ_EXPECT(!err &&
			    luo_pattern_holds(array->data, count * FUZZ_ELEMENT,
					      which));
	/* All elements exist and are writable. */
	if (!err)
		luo_pattern_fill(array->data, count * FUZZ_ELEMENT, ~0ULL);
}

static void fuzz_restore_array(void)
{
	struct luo_array whole, split, small, again;

	fuzz_restore_one(&whole, FUZZ_WHOLE_HANDLE, FUZZ_WHOLE);
	if (fuzz_intact(fuzz_needs, ARRAY_SIZE(fuzz_needs)))
		FUZZ_EXPECT(whole.data);
	fuzz_restore_one(&split, FUZZ_SPLIT_HANDLE, FUZZ_SPLIT);
	fuzz_restore_one(&small, FUZZ_SMALL_HANDLE, FUZZ_SMALL);
	if (fuzz_intact(fuzz_small_needs, ARRAY_SIZE(fuzz_small_needs)))
		FUZZ_EXPECT(small.data);
	if (luo_array_restore(&again, fuzz_roots[FUZZ_SPLIT_HANDLE], FUZZ_ELEMENT,
			      FUZZ_SPLIT) == 0)
		luo_array_free(&again);
	if (whole.data)
		luo_array_free(&whole);
	if (split.data)
		luo_array_free(&split);
	if (small.data)
		luo_array_free(&small);
}

const struct fuzz_target fuzz_target = {
	.save		= fuzz_save_array,
	.restore	= fuzz_restore_array,
};
