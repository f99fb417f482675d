// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Arrays of the previous kernel
 *
 * luo_array_restore() copies the list of an array block by block and checks only the
 * copy, because a device that the previous kernel did not stop may still write to
 * the memory. It checks the whole list before it claims a page, and claims only
 * pages that the copy lists. luo_array_copy() copies the elements as well, and
 * claims nothing. luo_array_drop() claims and frees the pages, without a mapping.
 *
 * It is called by subsystems that store objects, by luo_elements.c, and by
 * luo_object_convert.c for objects that are freed. It calls luo_array.c and the handover.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/luo_array.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_array_internal.h"
#include "luo_handover.h"

/* A block of the list, after the check. */
struct luo_array_in_block {
	u64 address;
	u32 nr_runs;
};

/**
 * struct luo_array_in - A copy of the list of an array of the previous kernel.
 * @copy:      Copy of the block that is being read, one page.
 * @blocks:    The blocks of the list.
 * @nr_blocks: Number of blocks.
 * @max_blocks: Blocks that @blocks can hold.
 * @runs:      The runs of all blocks.
 * @nr_runs:   Number of runs.
 * @max_runs:  Runs that @runs can hold.
 * @nr_pages:  Pages of all runs.
 * @order:     Order of the pages of a block.
 * @data_crc:  CRC of the elements, 0 if the array was not sealed.
 */
struct luo_array_in {
	struct luo_array_block_ser *copy;
	struct luo_array_in_block *blocks;
	unsigned long nr_blocks;
	unsigned long max_blocks;
	u64 *runs;
	unsigned long nr_runs;
	unsigned long max_runs;
	unsigned long nr_pages;
	unsigned int order;
	u32 data_crc;
};

static int luo_array_in_init(struct luo_array_in *in)
{
	*in = (struct luo_array_in){};
	in->copy = kzalloc(PAGE_SIZE, GFP_KERNEL);

	return in->copy ? 0 : -ENOMEM;
}

static void luo_array_in_free(struct luo_array_in *in)
{
	kvfree(in->runs);
	kvfree(in->blocks);
	kfree(in->copy);
}

/* Grow @blocks and @runs so that they can hold another block and its runs. */
static int luo_array_in_reserve(struct luo_array_in *in)
{
	unsigned long nr;
	void *mem;

	if (in->nr_blocks == in->max_blocks) {
		nr = 2 * in->max_blocks + 1;
		mem = kvrealloc(in->blocks, nr * sizeof(*in->blocks), GFP_KERNEL);
		if (!mem)
			return -ENOMEM;
		in->blocks = mem;
		in->max_blocks = nr;
	}

	if (in->max_runs - in->nr_runs < LUO_ARRAY_RUNS_PER_BLOCK) {
		nr = 2 * in->max_runs + LUO_ARRAY_RUNS_PER_BLOCK;
		mem = kvrealloc(in->runs, nr * sizeof(*in->runs), GFP_KERNEL);
		if (!mem)
			return -ENOMEM;
		in->runs = mem;
		in->max_runs = nr;
	}

	return 0;
}

/* Copy the block at an address and check it. */
static int luo_array_in_read_block(struct luo_array_in *in, u64 address)
{
	const struct luo_array_block_ser *block;
	struct luo_array_block_ser *copy = in->copy;
	int order = luo_handover_order(address);
	u32 crc, data_crc;

	if (order < 0)
		return -EBADMSG;

	block = phys_to_virt(address);
	memcpy(copy, block, sizeof(*copy));
	if (copy->self != address || copy->magic != LUO_ARRAY_BLOCK_MAGIC ||
	    copy->sequence != in->nr_blocks ||
	    copy->nr_runs > LUO_ARRAY_RUNS_PER_BLOCK)
		return -EBADMSG;

	memcpy(copy->runs, block->runs, copy->nr_runs * sizeof(*copy->runs));
	crc = copy->crc;
	data_crc = copy->data_crc;
	copy->crc = 0;
	copy->data_crc = 0;
	if (crc != crc32c(~0, copy, struct_size(copy, runs, copy->nr_runs)))
		return -EBADMSG;

	/* A block is a page, unless the elements follow its head. */
	if (in->nr_blocks ? order : order && copy->nr_runs)
		return -EBADMSG;
	if (!in->nr_blocks) {
		in->order = order;
		in->data_crc = data_crc;
	}

	return 0;
}

/* Add the block that was copied to the list. */
static int luo_array_in_add_block(struct luo_array_in *in)
{
	const struct luo_array_block_ser *copy = in->copy;
	unsigned int order;
	u32 i;

	for (i = 0; i < copy->nr_runs; i++) {
		order = luo_array_run_order(copy->runs[i]);
		if (luo_handover_order(luo_array_run_phys(copy->runs[i])) != order)
			return -EBADMSG;
		in->nr_pages += 1UL << order;
	}

	in->blocks[in->nr_blocks++] = (struct luo_array_in_block){
		.address = copy->self,
		.nr_runs = copy->nr_runs,
	};
	memcpy(in->runs + in->nr_runs, copy->runs,
	       copy->nr_runs * sizeof(*in->runs));
	in->nr_runs += copy->nr_runs;

	return 0;
}

/* Check an array without runs: the elements follow the head of the only block. */
static int luo_array_in_check_inline(const struct luo_array_in *in, size_t size)
{
	return in->nr_blocks == 1 && !in->copy->next &&
	       in->order == luo_array_inline_order(size) ? 0 : -EBADMSG;
}

/*
 * Read and check the list. A loop in the chain ends the walk when the runs have more
 * pages than the array.
 */
static int luo_array_in_read(struct luo_array_in *in, u64 handle,
			     const struct luo_array *array, size_t size)
{
	unsigned long nr_pages = DIV_ROUND_UP(size, PAGE_SIZE);
	const struct luo_array_block_ser *copy = in->copy;
	u64 address = handle;
	int err;

	do {
		err = luo_array_in_reserve(in);
		if (!err)
			err = luo_array_in_read_block(in, address);
		if (err)
			return err;

		if (copy->element_size != array->element_size ||
		    copy->count != array->count) {
			pr_warn("array: found %llu elements of %u bytes, expected %llu of %u\n",
				copy->count, copy->element_size, array->count,
				array->element_size);
			return -EMSGSIZE;
		}

		err = luo_array_in_add_block(in);
		if (err)
			return err;
		address = copy->next;
		if (!copy->nr_runs)
			return luo_array_in_check_inline(in, size);
		if (in->nr_pages > nr_pages)
			return -EBADMSG;
		cond_resched();
	} while (address);

	return in->nr_pages == nr_pages ? 0 : -EBADMSG;
}

static bool luo_array_in_claim_one(const struct luo_array_in *in, u64 address,
				   unsigned int order)
{
	return luo_handover_order(address) == order &&
	       luo_handover_claim(address, order);
}

/* Release the first @nr_blocks blocks and @nr_runs runs. */
static void luo_array_in_release(const struct luo_array_in *in,
				 unsigned long nr_blocks, unsigned long nr_runs)
{
	while (nr_runs--)
		luo_handover_release(
			phys_to_virt(luo_array_run_phys(in->runs[nr_runs])),
			luo_array_run_order(in->runs[nr_runs]));
	while (nr_blocks--)
		luo_handover_release(phys_to_virt(in->blocks[nr_blocks].address),
				     in->order);
}

/*
 * Claim all blocks and runs. A run that is listed twice, or that is also a page of
 * the list, passes the check, but the second claim fails. On failure release all
 * pages that were claimed.
 */
static int luo_array_in_claim(const struct luo_array_in *in)
{
	unsigned long block, run;
	u64 phys;

	for (block = 0; block < in->nr_blocks; block++) {
		if (!luo_array_in_claim_one(in, in->blocks[block].address,
					    in->order))
			goto err_release_blocks;
		cond_resched();
	}

	for (run = 0; run < in->nr_runs; run++) {
		phys = luo_array_run_phys(in->runs[run]);
		if (!luo_array_in_claim_one(in, phys,
					    luo_array_run_order(in->runs[run])))
			goto err_release_runs;
		if (!(run % LUO_ARRAY_RUNS_PER_BLOCK))
			cond_resched();
	}

	return 0;

err_release_runs:
	luo_array_in_release(in, in->nr_blocks, run);

	return -EBADMSG;

err_release_blocks:
	luo_array_in_release(in, block, 0);

	return -EBADMSG;
}

/*
 * Write the checked copy back to the list, which luo_array_free() walks. The
 * original may have changed since it was copied.
 */
static void luo_array_in_write(const struct luo_array_in *in)
{
	const u64 *runs = in->runs;
	unsigned long i;

	for (i = 0; i < in->nr_blocks; i++) {
		struct luo_array_block_ser *block =
			phys_to_virt(in->blocks[i].address);

		block->next = i + 1 < in->nr_blocks ? in->blocks[i + 1].address :
						      0;
		block->nr_runs = in->blocks[i].nr_runs;
		memcpy(block->runs, runs, block->nr_runs * sizeof(*runs));
		runs += block->nr_runs;
	}
}

static int luo_array_in_restore(struct luo_array_in *in,
				struct luo_array *array, size_t size)
{
	int err;

	err = luo_array_in_read(in, array->handle, array, size);
	if (err)
		return err;

	/* Map before the claim, so that a caller may retry after -ENOMEM. */
	if (in->nr_runs) {
		err = luo_array_map(array, in->runs, in->nr_runs);
		if (err)
			return err;
	}

	err = luo_array_in_claim(in);
	if (err) {
		if (array->mapped)
			luo_handover_unmap(array->data);
		return err;
	}
	luo_array_in_write(in);
	array->blocks = phys_to_virt(array->handle);
	array->order = in->order;
	if (!in->nr_runs)
		array->data = array->blocks + 1;

	if (in->data_crc && in->data_crc != crc32c(~0, array->data, size)) {
		luo_array_free(array);
		return -EBADMSG;
	}

	return 0;
}

/**
 * luo_array_restore - Restore an array of the previous kernel.
 * @array:        Set up by this call; all zero on failure.
 * @handle:       The handle as read from an object: any number.
 * @element_size: Expected size of an element in bytes: any number.
 * @count:        Expected number of elements as read from an object: any number.
 *
 * On success the caller owns the pages and frees them with luo_array_free(). An
 * array whose elements do not match its CRC is freed.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if there is no array at @handle, or it is corrupt or already
 * restored; -EMSGSIZE if the array has another size, or if no array has the size that
 * is expected: 0, or one that exceeds the address space; -ENOMEM if there is no
 * memory, with nothing changed.
 */
int luo_array_restore(struct luo_array *array, u64 handle, u32 element_size,
		      u64 count)
{
	struct luo_array_in in;
	size_t size;
	int err;

	*array = (struct luo_array){};
	if (!luo_array_size(element_size, count, &size))
		return -EMSGSIZE;

	err = luo_array_in_init(&in);
	if (err)
		return err;

	array->count = count;
	array->element_size = element_size;
	array->handle = handle;
	array->restored = true;
	err = luo_array_in_restore(&in, array, size);
	if (err)
		*array = (struct luo_array){};
	luo_array_in_free(&in);

	return err;
}

/*
 * Read the list of an array that is not claimed yet. Also on failure, the caller frees @in
 * with luo_array_in_free().
 */
static int luo_array_in_open(struct luo_array_in *in, u64 handle, u32 element_size,
			     u64 count, size_t *size)
{
	const struct luo_array array = {
		.count = count,
		.element_size = element_size,
	};
	int err = luo_array_in_init(in);

	if (err)
		return err;

	return luo_array_size(element_size, count, size) ?
	       luo_array_in_read(in, handle, &array, *size) : -EMSGSIZE;
}

/**
 * luo_array_drop_prepare - Read the list of an array that is to be freed.
 * @handle:       As for luo_array_restore(), and the same below.
 * @element_size: Expected size of an element in bytes.
 * @count:        Expected number of elements; 0 if there is no array.
 *
 * Context: Process context, may sleep.
 * Return: The list, for luo_array_drop_commit() or luo_array_drop_cancel(); NULL if there
 * is no array, or it is corrupt or was freed before; -ENOMEM if there is no memory.
 */
struct luo_array_in *luo_array_drop_prepare(u64 handle, u32 element_size, u64 count)
{
	struct luo_array_in *in;
	size_t size;
	int err;

	if (!count)
		return NULL;

	in = kzalloc_obj(*in);
	if (!in)
		return ERR_PTR(-ENOMEM);

	err = luo_array_in_open(in, handle, element_size, count, &size);
	if (!err)
		return in;
	luo_array_drop_cancel(in);

	return err == -ENOMEM ? ERR_PTR(err) : NULL;
}

/**
 * luo_array_drop_commit - Free an array of the previous kernel.
 * @in: From luo_array_drop_prepare(), may be NULL. Freed.
 *
 * Allocates nothing. Nothing happens if the array was freed meanwhile.
 *
 * Context: Process context, may sleep.
 */
void luo_array_drop_commit(struct luo_array_in *in)
{
	if (in && !luo_array_in_claim(in))
		luo_array_in_release(in, in->nr_blocks, in->nr_runs);
	luo_array_drop_cancel(in);
}

/**
 * luo_array_drop_cancel - Keep an array of the previous kernel.
 * @in: From luo_array_drop_prepare(), may be NULL. Freed.
 */
void luo_array_drop_cancel(struct luo_array_in *in)
{
	if (in)
		luo_array_in_free(in);
	kfree(in);
}

/**
 * luo_array_drop - Free an array of the previous kernel.
 * @handle:       As for luo_array_restore(), and the same below.
 * @element_size: Expected size of an element in bytes.
 * @count:        Expected number of elements; 0 if there is no array.
 *
 * The pages of a corrupt array stay allocated, because they cannot be found.
 *
 * Context: Process context, may sleep.
 * Return: 0, also if the array is corrupt or was freed before; -ENOMEM if there is no
 * memory, with nothing changed.
 */
int luo_array_drop(u64 handle, u32 element_size, u64 count)
{
	struct luo_array_in *in = luo_array_drop_prepare(handle, element_size, count);

	if (IS_ERR(in))
		return PTR_ERR(in);
	luo_array_drop_commit(in);

	return 0;
}

/* Copy the elements out of the pages that the checked list names. */
static void luo_array_in_copy(const struct luo_array_in *in, u64 handle,
			      void *data, size_t size)
{
	const struct luo_array_block_ser *block = phys_to_virt(handle);
	unsigned long i;
	size_t len;
	u64 run;

	if (!in->nr_runs) {
		memcpy(data, block + 1, size);
		return;
	}

	for (i = 0; i < in->nr_runs; i++) {
		run = in->runs[i];
		len = min_t(size_t, size, PAGE_SIZE << luo_array_run_order(run));
		memcpy(data, phys_to_virt(luo_array_run_phys(run)), len);
		data += len;
		size -= len;
		cond_resched();
	}
}

/**
 * luo_array_copy - Copy the elements of an array of the previous kernel to new memory.
 * @data:         Set to the elements, which the caller frees with kvfree(). Unchanged on
 *                failure.
 * @handle:       The handle: any number.
 * @element_size: Expected size of an element in bytes: any number.
 * @count:        Expected number of elements: any number.
 *
 * Allocates memory only if there is an array of this size. The array stays, and can be
 * copied again or restored later. The CRC is that of the copy.
 *
 * Context: Process context, may sleep.
 * Return: As luo_array_restore().
 */
int luo_array_copy(void **data, u64 handle, u32 element_size, u64 count)
{
	struct luo_array_in in;
	void *copy = NULL;
	size_t size;
	int err;

	err = luo_array_in_open(&in, handle, element_size, count, &size);
	if (!err) {
		copy = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN);
		err = copy ? 0 : -ENOMEM;
	}
	if (!err) {
		luo_array_in_copy(&in, handle, copy, size);
		if (in.data_crc && in.data_crc != crc32c(~0, copy, size))
			err = -EBADMSG;
	}
	luo_array_in_free(&in);
	if (err)
		kvfree(copy);
	else
		*data = copy;

	return err;
}
