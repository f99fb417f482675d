// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Arrays that are edited
 *
 * A vector is written element by element and read by the next kernel as an array,
 * see luo_array.c. Elements are appended and removed at its end, and any element can
 * be replaced. The cost of a call depends on what it changes and not on the length
 * of the vector, so that a subsystem can make its last changes right before the
 * kexec: pages of order 0 are added and freed as needed, nothing is mapped, and the
 * CRC of the elements is updated instead of computed anew.
 *
 * CRC-32C without its inversions is linear over polynomials modulo that of the CRC:
 * crc(A followed by B) = crc(A) * x^(8 * length of B) + crc(B). Appending an element
 * or removing the last one therefore takes one multiplication. Replacing an element
 * adds the CRC of the difference, multiplied for the bytes that follow it.
 *
 * It is called by subsystems that store objects, and calls the handover. Callers
 * must serialise the calls for one vector.
 */

#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/crc32c.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/luo_vec.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_array_internal.h"
#include "luo_handover.h"

/* The polynomial, and the polynomial 1. The highest power is in the lowest bit. */
#define LUO_VEC_POLY	0x82f63b78
#define LUO_VEC_ONE	BIT(31)

/* x^n is 1 for this n. */
#define LUO_VEC_PERIOD	((1U << 31) - 1)

/* x^(2^n) */
static const u32 luo_vec_powers[] = {
	0x40000000, 0x20000000, 0x08000000, 0x00800000,
	0x00008000, 0x82f63b78, 0x6ea2d55c, 0x18b8ea18,
	0x510ac59a, 0xb82be955, 0xb8fdb1e7, 0x88e56f72,
	0x74c360a4, 0xe4172b16, 0x0d65762a, 0x35d73a62,
	0x28461564, 0xbf455269, 0xe2ea32dc, 0xfe7740e6,
	0xf946610b, 0x3c204f8f, 0x538586e3, 0x59726915,
	0x734d5309, 0xbc1ac763, 0x7d0722cc, 0xd289cabe,
	0xe94ca9bc, 0x05b74f3f, 0xa51e1f42,
};

static u32 luo_vec_multiply(u32 a, u32 b)
{
	u32 product = 0;

	for (; a; a <<= 1) {
		if (a & LUO_VEC_ONE)
			product ^= b;
		b = b & 1 ? b >> 1 ^ LUO_VEC_POLY : b >> 1;
	}

	return product;
}

/* Return x^(8 * @bytes), by which a CRC is multiplied if @bytes follow. */
static u32 luo_vec_shift(u64 bytes)
{
	u32 bits, power = LUO_VEC_ONE;
	unsigned int i;

	div_u64_rem(bytes, LUO_VEC_PERIOD, &bits);
	div_u64_rem(8ULL * bits, LUO_VEC_PERIOD, &bits);
	for (i = 0; bits; i++, bits >>= 1) {
		if (bits & 1)
			power = luo_vec_multiply(power, luo_vec_powers[i]);
	}

	return power;
}

static bool luo_vec_is_inline(const struct luo_vec *vec)
{
	return vec->nr_blocks && !vec->nr_pages;
}

/* Return the size in bytes of the elements that the allocated pages can hold. */
static u64 luo_vec_capacity(const struct luo_vec *vec)
{
	if (luo_vec_is_inline(vec))
		return PAGE_SIZE - sizeof(struct luo_array_block_ser);

	return (u64)vec->nr_pages << PAGE_SHIFT;
}

/* Return the byte at @offset. Reduce *@len to the bytes that follow it in its page. */
static void *luo_vec_at(const struct luo_vec *vec, u64 offset, u64 *len)
{
	if (luo_vec_is_inline(vec))
		return (void *)(vec->blocks[0] + 1) + offset;

	*len = min_t(u64, *len, PAGE_SIZE - offset_in_page(offset));

	return vec->pages[offset >> PAGE_SHIFT] + offset_in_page(offset);
}

/**
 * luo_vec_table_reserve - Grow a table of pointers, to at least twice its size.
 * @table: The table, from kvrealloc(); set to the new one.
 * @nr:    Number of pointers that it must be able to hold.
 * @max:   Number of pointers that it can hold; set to the new number.
 * @gfp:   Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with the table unchanged.
 */
int luo_vec_table_reserve(void **table, unsigned long nr, unsigned long *max,
			  gfp_t gfp)
{
	unsigned long new_max = max3(nr, 2 * *max, 8UL);
	void *new;

	if (nr <= *max)
		return 0;

	new = kvrealloc(*table, new_max * sizeof(void *), gfp);
	if (!new)
		return -ENOMEM;
	*table = new;
	*max = new_max;

	return 0;
}

static int luo_vec_add_block(struct luo_vec *vec, gfp_t gfp)
{
	struct luo_array_block_ser *block, *last;

	if (luo_vec_table_reserve((void **)&vec->blocks, vec->nr_blocks + 1,
				  &vec->max_blocks, gfp))
		return -ENOMEM;

	block = luo_array_pages_alloc(0, gfp | __GFP_ZERO);
	if (!block)
		return -ENOMEM;

	block->self = virt_to_phys(block);
	block->element_size = vec->element_size;
	block->magic = LUO_ARRAY_BLOCK_MAGIC;
	block->sequence = vec->nr_blocks;
	if (vec->nr_blocks) {
		last = vec->blocks[vec->nr_blocks - 1];
		last->next = block->self;
		vec->dirty_block = min(vec->dirty_block, vec->nr_blocks - 1);
	} else {
		vec->handle = block->self;
	}
	vec->blocks[vec->nr_blocks++] = block;

	return 0;
}

static void luo_vec_drop_block(struct luo_vec *vec)
{
	luo_handover_free(vec->blocks[--vec->nr_blocks], 0);
	if (!vec->nr_blocks) {
		vec->handle = 0;
		return;
	}
	vec->blocks[vec->nr_blocks - 1]->next = 0;
	vec->dirty_block = min(vec->dirty_block, vec->nr_blocks - 1);
}

/* Add a page. Move the elements that follow the head of the block to the first one. */
static int luo_vec_add_page(struct luo_vec *vec, gfp_t gfp)
{
	unsigned long nr_runs = vec->nr_pages % LUO_ARRAY_RUNS_PER_BLOCK;
	struct luo_array_block_ser *block;
	void *page;

	if (luo_vec_table_reserve((void **)&vec->pages, vec->nr_pages + 1,
				  &vec->max_pages, gfp))
		return -ENOMEM;

	page = luo_array_pages_alloc(0, gfp);
	if (!page)
		return -ENOMEM;

	if (vec->nr_pages && !nr_runs && luo_vec_add_block(vec, gfp)) {
		luo_handover_free(page, 0);
		return -ENOMEM;
	}

	block = vec->blocks[vec->nr_blocks - 1];
	if (!vec->nr_pages)
		memcpy(page, block + 1, vec->count * vec->element_size);
	block->runs[nr_runs] = virt_to_phys(page);
	block->nr_runs = nr_runs + 1;
	vec->pages[vec->nr_pages++] = page;
	vec->dirty_block = min(vec->dirty_block, vec->nr_blocks - 1);

	return 0;
}

static void luo_vec_drop_page(struct luo_vec *vec)
{
	struct luo_array_block_ser *block = vec->blocks[vec->nr_blocks - 1];

	luo_handover_free(vec->pages[--vec->nr_pages], 0);
	block->runs[--block->nr_runs] = 0;
	vec->dirty_block = min(vec->dirty_block, vec->nr_blocks - 1);
	if (!block->nr_runs && vec->nr_blocks > 1)
		luo_vec_drop_block(vec);
}

/* Free the pages beyond what the elements need. */
static void luo_vec_trim(struct luo_vec *vec)
{
	u64 size = vec->count * vec->element_size;

	/* Keep one page: the elements are not moved back behind the head. */
	while (vec->nr_pages > max(1UL, DIV_ROUND_UP(size, PAGE_SIZE)))
		luo_vec_drop_page(vec);
}

static int luo_vec_reserve(struct luo_vec *vec, u64 size, gfp_t gfp)
{
	int err = 0;

	if (!vec->nr_blocks)
		err = luo_vec_add_block(vec, gfp);
	while (!err && luo_vec_capacity(vec) < size) {
		err = luo_vec_add_page(vec, gfp);
		cond_resched();
	}

	return err;
}

/**
 * luo_vec_init - Set up a vector without elements.
 * @vec:          The vector.
 * @element_size: Size of an element in bytes, from 1 to %LUO_VEC_ELEMENT_MAX.
 *
 * Allocates nothing. Free the vector with luo_vec_free().
 *
 * Context: Any.
 */
void luo_vec_init(struct luo_vec *vec, u32 element_size)
{
	*vec = (struct luo_vec){
		.element_size = element_size,
		.crc = ~0,
		.undo = luo_vec_shift(LUO_VEC_PERIOD - element_size),
	};
}

/**
 * luo_vec_append - Add elements at the end.
 * @vec:      The vector.
 * @elements: The elements.
 * @nr:       Number of elements.
 * @gfp:      Allocation mask. An allocation fails instead of invoking the OOM
 *            killer.
 *
 * Allocates only the pages that the new elements need. The next kernel sees the
 * elements only after luo_vec_seal().
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with the elements unchanged.
 */
int luo_vec_append(struct luo_vec *vec, const void *elements, u64 nr,
		   gfp_t gfp)
{
	u64 offset = vec->count * vec->element_size;
	u64 end = offset + nr * vec->element_size, len;
	void *to;

	if (!nr)
		return 0;

	if (luo_vec_reserve(vec, end, gfp)) {
		luo_vec_trim(vec);
		if (!vec->count && !vec->nr_pages && vec->nr_blocks)
			luo_vec_drop_block(vec);
		return -ENOMEM;
	}

	for (; offset < end; offset += len, elements += len) {
		len = end - offset;
		to = luo_vec_at(vec, offset, &len);
		memcpy(to, elements, len);
		vec->crc = crc32c(vec->crc, to, len);
	}
	vec->count += nr;

	return 0;
}

/**
 * luo_vec_prepare - Prepare for elements that are appended later.
 * @vec: The vector.
 * @nr:  Number of elements.
 * @gfp: As for luo_vec_append().
 *
 * The addresses of the pages are in a table, which is copied when it is full. If it
 * is so large that the copy takes long, have it grow now rather than when the next
 * @nr elements are appended. The pages themselves are allocated when they are needed.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory, with the vector unchanged.
 */
int luo_vec_prepare(struct luo_vec *vec, u64 nr, gfp_t gfp)
{
	u64 size = (vec->count + nr) * vec->element_size;

	if (vec->nr_pages < LUO_VEC_TABLE_LARGE)
		return 0;

	return luo_vec_table_reserve((void **)&vec->pages,
				     DIV_ROUND_UP(size, PAGE_SIZE),
				     &vec->max_pages, gfp);
}

/**
 * luo_vec_get - Read an element.
 * @vec:     The vector.
 * @index:   Index of the element, below @vec->count.
 * @element: Set to a copy of the element.
 *
 * Context: Any.
 */
void luo_vec_get(const struct luo_vec *vec, u64 index, void *element)
{
	u64 offset = index * vec->element_size;
	u64 end = offset + vec->element_size, len;
	const void *from;

	for (; offset < end; offset += len, element += len) {
		len = end - offset;
		from = luo_vec_at(vec, offset, &len);
		memcpy(element, from, len);
	}
}

/**
 * luo_vec_set - Replace an element.
 * @vec:     The vector.
 * @index:   Index of the element, below @vec->count.
 * @element: The new element. Copied.
 *
 * The next kernel sees the change only after luo_vec_seal().
 *
 * Context: Any.
 */
void luo_vec_set(struct luo_vec *vec, u64 index, const void *element)
{
	u64 offset = index * vec->element_size, at, len;
	u8 change[LUO_VEC_ELEMENT_MAX], *to;
	const u8 *from = element;
	u32 i;

	for (at = 0; at < vec->element_size; at += len) {
		len = vec->element_size - at;
		to = luo_vec_at(vec, offset + at, &len);
		for (i = 0; i < len; i++)
			change[at + i] = to[i] ^ from[at + i];
		memcpy(to, from + at, len);
	}
	len = (vec->count - index - 1) * vec->element_size;
	vec->crc ^= luo_vec_multiply(crc32c(0, change, vec->element_size),
				     luo_vec_shift(len));
}

/**
 * luo_vec_truncate - Remove elements at the end.
 * @vec:   The vector.
 * @count: Number of elements to keep, at most @vec->count.
 *
 * Frees the pages that are no longer needed. The next kernel cannot restore a vector
 * without elements: free it, or append an element, before the kexec.
 *
 * Context: Process context, may sleep.
 */
void luo_vec_truncate(struct luo_vec *vec, u64 count)
{
	u8 element[LUO_VEC_ELEMENT_MAX];

	while (vec->count > count) {
		luo_vec_get(vec, vec->count - 1, element);
		vec->crc = luo_vec_multiply(vec->crc ^
					    crc32c(0, element, vec->element_size),
					    vec->undo);
		vec->count--;
	}
	luo_vec_trim(vec);
}

/* Return the change of the CRC of a full block when @count changes. */
static u32 luo_vec_count_change(const struct luo_vec *vec)
{
	u64 change = vec->count ^ vec->sealed_count;
	u64 len = sizeof(struct luo_array_block_ser) -
		  offsetofend(struct luo_array_block_ser, count) +
		  LUO_ARRAY_RUNS_PER_BLOCK * sizeof(u64);

	return luo_vec_multiply(crc32c(0, &change, sizeof(change)),
				luo_vec_shift(len));
}

/**
 * luo_vec_seal - Write the heads, so that the next kernel sees the elements.
 * @vec: The vector, with at least one element.
 *
 * Call it after the last change. If the vector changes later, the next kernel
 * refuses it unless it is sealed again. Takes about ten instructions for each 506
 * pages.
 *
 * Context: Any.
 */
void luo_vec_seal(struct luo_vec *vec)
{
	u32 change = luo_vec_count_change(vec);
	struct luo_array_block_ser *block;
	unsigned long i;

	for (i = 0; i < vec->nr_blocks; i++) {
		block = vec->blocks[i];
		block->count = vec->count;
		if (i < vec->dirty_block && i + 1 < vec->nr_blocks)
			block->crc ^= change;
		else
			block->crc = luo_array_block_crc(block);
	}
	vec->blocks[0]->data_crc = vec->crc;
	vec->dirty_block = vec->nr_blocks;
	vec->sealed_count = vec->count;
}

/**
 * luo_vec_free - Free the memory of a vector.
 * @vec: The vector, or all zero. It can be used again and has no elements.
 *
 * Context: Process context, may sleep.
 */
void luo_vec_free(struct luo_vec *vec)
{
	unsigned long i;

	for (i = 0; i < vec->nr_pages; i++)
		luo_handover_free(vec->pages[i], 0);
	for (i = 0; i < vec->nr_blocks; i++)
		luo_handover_free(vec->blocks[i], 0);
	kvfree(vec->pages);
	kvfree(vec->blocks);
	if (vec->element_size)
		luo_vec_init(vec, vec->element_size);
}
