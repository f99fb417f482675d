// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Arrays in preserved memory
 *
 * An array is data of any size, one element after the other in one linear mapping.
 * The next kernel finds it by its handle, a physical address that any object may
 * carry. The pages are allocated in the largest available orders, so that there are
 * few keys and a short list. An array in one run uses the direct map instead of
 * vmap(). The elements of a small array follow the head of its list, in the same
 * pages.
 *
 * It is called by subsystems that store objects, and by luo_array_in.c for the
 * arrays of the previous kernel. It calls the handover. Callers must serialise the
 * calls for one array.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/log2.h>
#include <linux/luo_array.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "luo_array_internal.h"
#include "luo_handover.h"

static struct luo_array_block_ser *
luo_array_next_block(const struct luo_array_block_ser *block)
{
	return block->next ? phys_to_virt(block->next) : NULL;
}

/**
 * luo_array_block_crc - Compute the CRC of a block.
 * @block: The block.
 *
 * Return: The value that @block->crc must have.
 */
u32 luo_array_block_crc(const struct luo_array_block_ser *block)
{
	struct luo_array_block_ser copy = *block;

	copy.data_crc = 0;
	copy.crc = 0;

	return crc32c(crc32c(~0, &copy, sizeof(copy)), block->runs,
		      block->nr_runs * sizeof(block->runs[0]));
}

/**
 * luo_array_size - Compute the size of all elements.
 * @element_size: Size of an element in bytes: any number.
 * @count:        How many elements: any number.
 * @size:         Set to the size in bytes.
 *
 * Return: true; false if a number is 0 or the size exceeds the address space.
 */
bool luo_array_size(u32 element_size, u64 count, size_t *size)
{
	return element_size && count &&
	       !check_mul_overflow(count, (u64)element_size, size) &&
	       *size <= SSIZE_MAX - PAGE_SIZE;
}

/**
 * luo_array_inline_order - Compute the order of a block with the elements in it.
 * @size: Size of the elements in bytes.
 *
 * Return: The order of the pages that hold a head and the elements.
 */
unsigned int luo_array_inline_order(size_t size)
{
	return get_order(sizeof(struct luo_array_block_ser) + size);
}

/* Check whether one block takes no more pages than a list and separate runs. */
static bool luo_array_is_small(size_t size)
{
	unsigned int order = luo_array_inline_order(size);

	return order <= MAX_PAGE_ORDER &&
	       1UL << order <= 1 + DIV_ROUND_UP(size, PAGE_SIZE);
}

static size_t luo_array_bytes(const struct luo_array *array)
{
	return array->count * array->element_size;
}

/**
 * luo_array_pages_alloc - Allocate pages for an array.
 * @order:    Allocates 2^@order pages.
 * @gfp:      Allocation mask. __GFP_NORETRY or __GFP_RETRY_MAYFAIL is added, so
 *            that the allocation fails instead of invoking the OOM killer.
 *
 * Return: The pages, zeroed if @gfp has __GFP_ZERO, or NULL.
 */
void *luo_array_pages_alloc(unsigned int order, gfp_t gfp)
{
	return luo_handover_alloc(order, gfp | __GFP_NOWARN |
						 (order ? __GFP_NORETRY :
							  __GFP_RETRY_MAYFAIL));
}

static struct luo_array_block_ser *
luo_array_block_alloc(const struct luo_array *array,
		      struct luo_array_block_ser *last, unsigned int order,
		      gfp_t gfp)
{
	struct luo_array_block_ser *block;

	block = luo_array_pages_alloc(order, gfp | __GFP_ZERO);
	if (!block)
		return NULL;

	block->self = virt_to_phys(block);
	block->count = array->count;
	block->element_size = array->element_size;
	block->magic = LUO_ARRAY_BLOCK_MAGIC;
	if (last) {
		block->sequence = last->sequence + 1;
		last->next = block->self;
	}

	return block;
}

/* Allocate the largest available run of at most @nr_pages. Return 0 if none is. */
static u64 luo_array_run_alloc(unsigned long nr_pages, gfp_t gfp)
{
	unsigned int order = min_t(unsigned int, ilog2(nr_pages),
				   MAX_PAGE_ORDER);
	void *mem;

	do {
		mem = luo_array_pages_alloc(order, gfp);
		if (mem)
			return virt_to_phys(mem) | order;
	} while (order--);

	return 0;
}

/* Allocate one block with the elements in it. On failure array->blocks stays NULL. */
static void luo_array_populate_inline(struct luo_array *array, size_t size,
				      gfp_t gfp)
{
	unsigned int order = luo_array_inline_order(size);

	array->blocks = luo_array_block_alloc(array, NULL, order, gfp);
	if (!array->blocks)
		return;

	array->order = order;
	array->blocks->crc = luo_array_block_crc(array->blocks);
}

static int luo_array_populate(struct luo_array *array, unsigned long nr_pages,
			      gfp_t gfp)
{
	struct luo_array_block_ser *block = array->blocks;
	u64 run;

	while (nr_pages) {
		if (!block || block->nr_runs == LUO_ARRAY_RUNS_PER_BLOCK) {
			block = luo_array_block_alloc(array, block, 0, gfp);
			if (!block)
				return -ENOMEM;
			if (!array->blocks)
				array->blocks = block;
		}

		run = luo_array_run_alloc(nr_pages, gfp);
		if (!run)
			return -ENOMEM;
		block->runs[block->nr_runs++] = run;
		nr_pages -= 1UL << luo_array_run_order(run);
		cond_resched();
	}

	for (block = array->blocks; block; block = luo_array_next_block(block))
		block->crc = luo_array_block_crc(block);

	return 0;
}

/* Copy all runs of a list that this kernel wrote. The caller frees the copy. */
static u64 *luo_array_runs(const struct luo_array_block_ser *blocks,
			   unsigned long *nr_runs)
{
	const struct luo_array_block_ser *block;
	unsigned long n = 0;
	u64 *runs;

	for (block = blocks; block; block = luo_array_next_block(block))
		n += block->nr_runs;

	*nr_runs = n;
	runs = kvmalloc_array(n, sizeof(*runs), GFP_KERNEL);
	if (!runs)
		return NULL;

	n = 0;
	for (block = blocks; block; block = luo_array_next_block(block)) {
		memcpy(runs + n, block->runs, block->nr_runs * sizeof(*runs));
		n += block->nr_runs;
	}

	return runs;
}

/**
 * luo_array_map - Set up the linear mapping of an array.
 * @array:    The array. Its @data and @mapped are set.
 * @runs:     Its runs, each physical address | order.
 * @nr_runs:  Number of runs, not 0.
 *
 * Return: 0, or -ENOMEM.
 */
int luo_array_map(struct luo_array *array, const u64 *runs, unsigned long nr_runs)
{
	if (nr_runs == 1) {
		array->data = phys_to_virt(luo_array_run_phys(runs[0]));
		return 0;
	}

	array->data = luo_handover_map(runs, nr_runs);
	array->mapped = array->data;

	return array->data ? 0 : -ENOMEM;
}

static int luo_array_map_blocks(struct luo_array *array)
{
	unsigned long nr_runs;
	u64 *runs;
	int err;

	if (!array->blocks->nr_runs) {
		array->data = array->blocks + 1;
		return 0;
	}

	runs = luo_array_runs(array->blocks, &nr_runs);
	if (!runs)
		return -ENOMEM;

	err = luo_array_map(array, runs, nr_runs);
	kvfree(runs);

	return err;
}

/**
 * luo_array_free - Free an array.
 * @array: An array from luo_array_alloc() or luo_array_restore(), or all zero.
 *
 * Context: Process context, may sleep.
 */
void luo_array_free(struct luo_array *array)
{
	void (*free)(void *mem, unsigned int order) =
		array->restored ? luo_handover_release : luo_handover_free;
	struct luo_array_block_ser *block, *next;
	u32 i;

	if (array->mapped)
		luo_handover_unmap(array->data);

	for (block = array->blocks; block; block = next) {
		next = luo_array_next_block(block);
		for (i = 0; i < block->nr_runs; i++)
			free(phys_to_virt(luo_array_run_phys(block->runs[i])),
			     luo_array_run_order(block->runs[i]));
		free(block, array->order);
	}

	*array = (struct luo_array){};
}

/**
 * luo_array_unmap - Free the linear mapping of an array, which stays allocated.
 * @array:    The array. Its @data is NULL afterwards.
 */
void luo_array_unmap(struct luo_array *array)
{
	if (array->mapped)
		luo_handover_unmap(array->data);
	array->mapped = false;
	array->data = NULL;
}

/**
 * luo_array_free_stored - Free an array that this kernel wrote, by its handle.
 * @handle:   The handle of an array that is not mapped.
 * @size:     Size of all elements in bytes.
 */
void luo_array_free_stored(u64 handle, size_t size)
{
	struct luo_array array = { .blocks = phys_to_virt(handle) };

	if (!array.blocks->nr_runs)
		array.order = luo_array_inline_order(size);
	luo_array_free(&array);
}

/**
 * luo_array_stored_each - Call a function for all elements that this kernel wrote.
 * @handle:   The handle of the array.
 * @size:     Size of all elements in bytes.
 * @fn:       Called for each part of the elements that is contiguous in memory, which
 *            ends at the end of a page or of the elements.
 * @arg:      Its last argument.
 *
 * Return: 0; or the first value other than 0 that @fn returns, after which it is not
 * called any more.
 */
u64 luo_array_stored_each(u64 handle, size_t size,
			  u64 (*fn)(const void *data, size_t size, void *arg),
			  void *arg)
{
	const struct luo_array_block_ser *block = phys_to_virt(handle);
	u64 result = 0;
	size_t len;
	u32 i;

	if (!block->nr_runs)
		return fn(block + 1, size, arg);

	for (; block && !result; block = luo_array_next_block(block)) {
		for (i = 0; i < block->nr_runs && !result; i++) {
			len = min_t(size_t, size, PAGE_SIZE <<
				    luo_array_run_order(block->runs[i]));
			result = fn(phys_to_virt(luo_array_run_phys(block->runs[i])),
				    len, arg);
			size -= len;
		}
	}

	return result;
}

/**
 * luo_array_alloc_raw - Allocate an array whose elements the caller sets.
 * @array:        Set up by this call; all zero on failure.
 * @element_size: Size of an element in bytes, not 0.
 * @count:        Number of elements, not 0.
 * @gfp:          Allocation mask. Without __GFP_ZERO the elements are undefined.
 *
 * Return: As luo_array_alloc().
 */
int luo_array_alloc_raw(struct luo_array *array, u32 element_size, u64 count,
			gfp_t gfp)
{
	size_t size;
	int err = 0;

	*array = (struct luo_array){};
	if (!luo_array_size(element_size, count, &size) ||
	    !luo_handover_gfp_valid(gfp))
		return -EINVAL;

	array->count = count;
	array->element_size = element_size;

	if (luo_array_is_small(size))
		luo_array_populate_inline(array, size, gfp);
	if (!array->blocks)
		err = luo_array_populate(array, DIV_ROUND_UP(size, PAGE_SIZE), gfp);
	if (!err)
		err = luo_array_map_blocks(array);
	if (err) {
		luo_array_free(array);
		return err;
	}
	array->handle = virt_to_phys(array->blocks);

	return 0;
}

/**
 * luo_array_alloc - Allocate an array that can be handed over.
 * @array:        Set up by this call; all zero on failure.
 * @element_size: Size of an element in bytes, not 0.
 * @count:        Number of elements, not 0.
 * @gfp:          Allocation mask. An allocation fails instead of invoking the OOM
 *                killer.
 *
 * The elements are zero. The pages are preserved when the call returns. The next
 * kernel finds them only if an object with @array->handle in it is stored.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the size is 0 or exceeds the address space, or if @gfp has
 * %__GFP_MOVABLE or %__GFP_HIGHMEM; -ENOMEM if there is no memory.
 */
int luo_array_alloc(struct luo_array *array, u32 element_size, u64 count,
		    gfp_t gfp)
{
	return luo_array_alloc_raw(array, element_size, count, gfp | __GFP_ZERO);
}

/**
 * luo_array_seal - Write the CRC of the elements, which the next kernel checks.
 * @array: An array from luo_array_alloc().
 *
 * Call it after the last change. If an element changes later, the next kernel
 * refuses the array unless it is sealed again.
 *
 * Context: Any.
 */
void luo_array_seal(struct luo_array *array)
{
	array->blocks->data_crc = crc32c(~0, array->data,
					 luo_array_bytes(array));
}
