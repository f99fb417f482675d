/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_LUO_ARRAY_H
#define _LINUX_KHO_ABI_LUO_ARRAY_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: Array ABI
 *
 * An array is a list of page runs that together hold @count elements of
 * @element_size bytes, one after the other. The list is a chain of pages, each
 * a &struct luo_array_block_ser followed by the runs; every run and every list
 * page is under its own KHO folio key. The handle of an array, which any object
 * may carry, is the physical address of the first list page.
 *
 * In a small array the elements follow the head of the only list page, and there is
 * no run. Head and elements are under one folio key, of the smallest order that
 * holds both.
 */

/**
 * LUO_ARRAY_BLOCK_MAGIC - "LUOA" in little endian.
 */
#define LUO_ARRAY_BLOCK_MAGIC		0x414f554c

/**
 * struct luo_array_block_ser - The head of one page of an array's list.
 * @self:         Physical address of this block.
 * @next:         Physical address of the next block, 0 in the last.
 * @count:        Elements in the whole array.
 * @element_size: Size of one element in bytes.
 * @magic:        %LUO_ARRAY_BLOCK_MAGIC.
 * @sequence:     0 in the first block, one more in each next one.
 * @nr_runs:      Runs in this block; 0 if the elements follow the head.
 * @data_crc:     In the first block, CRC of the elements if the owner sealed the
 *                array, else 0. Zero in all other blocks. @crc does not cover it.
 * @crc:          CRC of this header, with @data_crc and @crc taken as zero, and
 *                of the runs.
 * @runs:         Each the physical address of 2^n naturally aligned pages, with
 *                n in the low bits (%LUO_ARRAY_RUN_ORDER).
 */
struct luo_array_block_ser {
	u64 self;
	u64 next;
	u64 count;
	u32 element_size;
	u32 magic;
	u32 sequence;
	u32 nr_runs;
	u32 data_crc;
	u32 crc;
	u64 runs[];
};

static_assert(sizeof(struct luo_array_block_ser) == 48);
static_assert(offsetof(struct luo_array_block_ser, self) == 0);
static_assert(offsetof(struct luo_array_block_ser, next) == 8);
static_assert(offsetof(struct luo_array_block_ser, count) == 16);
static_assert(offsetof(struct luo_array_block_ser, element_size) == 24);
static_assert(offsetof(struct luo_array_block_ser, magic) == 28);
static_assert(offsetof(struct luo_array_block_ser, sequence) == 32);
static_assert(offsetof(struct luo_array_block_ser, nr_runs) == 36);
static_assert(offsetof(struct luo_array_block_ser, data_crc) == 40);
static_assert(offsetof(struct luo_array_block_ser, crc) == 44);
static_assert(offsetof(struct luo_array_block_ser, runs) == 48);

/**
 * LUO_ARRAY_RUN_ORDER - The bits of a run that hold its order, the low six.
 */
#define LUO_ARRAY_RUN_ORDER		0x3fULL

/**
 * LUO_ARRAY_RUNS_PER_BLOCK - Runs that one list page can hold, 506 in 4 KiB.
 */
#define LUO_ARRAY_RUNS_PER_BLOCK					\
	((PAGE_SIZE - sizeof(struct luo_array_block_ser)) / sizeof(u64))

#endif /* _LINUX_KHO_ABI_LUO_ARRAY_H */
