/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_VEC_H
#define _LINUX_LUO_VEC_H

#include <linux/gfp_types.h>
#include <linux/types.h>

struct luo_array_block_ser;

/**
 * struct luo_vec - An array in preserved memory that can be edited.
 * @count:        Number of elements.
 * @element_size: Size of one element in bytes, at most %LUO_VEC_ELEMENT_MAX.
 * @handle:       Physical address that leads the next kernel to the array. Store it
 *                in an object, and restore the array with luo_array_restore(). It
 *                changes only when the first element is appended.
 */
struct luo_vec {
	u64 count;
	u32 element_size;
	u64 handle;

	/* private: */
	struct luo_array_block_ser **blocks;
	void **pages;
	unsigned long nr_blocks;
	unsigned long nr_pages;
	unsigned long max_blocks;
	unsigned long max_pages;
	unsigned long dirty_block;
	u64 sealed_count;
	u32 crc;
	u32 undo;
};

/**
 * LUO_VEC_ELEMENT_MAX - The largest size of an element of a vector in bytes.
 */
#define LUO_VEC_ELEMENT_MAX	64

/**
 * LUO_VEC_TABLE_LARGE - The number of pointers in a table of one page. The copy of a
 * larger table takes so long that it should not be made right before the kexec.
 */
#define LUO_VEC_TABLE_LARGE	(PAGE_SIZE / sizeof(void *))

int luo_vec_table_reserve(void **table, unsigned long nr, unsigned long *max,
			  gfp_t gfp);
void luo_vec_init(struct luo_vec *vec, u32 element_size);
int luo_vec_append(struct luo_vec *vec, const void *elements, u64 nr,
		   gfp_t gfp);
int luo_vec_prepare(struct luo_vec *vec, u64 nr, gfp_t gfp);
void luo_vec_get(const struct luo_vec *vec, u64 index, void *element);
void luo_vec_set(struct luo_vec *vec, u64 index, const void *element);
void luo_vec_truncate(struct luo_vec *vec, u64 count);
void luo_vec_seal(struct luo_vec *vec);
void luo_vec_free(struct luo_vec *vec);

#endif /* _LINUX_LUO_VEC_H */
