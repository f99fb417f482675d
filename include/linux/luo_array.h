/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_ARRAY_H
#define _LINUX_LUO_ARRAY_H

#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct luo_array_block_ser;

/**
 * struct luo_array - An array of elements in preserved pages.
 * @data:         The elements, one after the other, in one linear mapping.
 * @count:        Number of elements.
 * @element_size: Size of one element in bytes.
 * @handle:       Physical address that leads the next kernel to the array. Store it
 *                in an object.
 */
struct luo_array {
	void *data;
	u64 count;
	u32 element_size;
	u64 handle;

	/* private: */
	struct luo_array_block_ser *blocks;
	unsigned int order;
	bool mapped;
	bool restored;
};

#ifdef CONFIG_LUO_OBJECT

int luo_array_alloc(struct luo_array *array, u32 element_size, u64 count,
		    gfp_t gfp);
void luo_array_seal(struct luo_array *array);
int luo_array_restore(struct luo_array *array, u64 handle, u32 element_size,
		      u64 count);
int luo_array_drop(u64 handle, u32 element_size, u64 count);
void luo_array_free(struct luo_array *array);

#else

static inline int luo_array_alloc(struct luo_array *array, u32 element_size,
				  u64 count, gfp_t gfp)
{
	return -EOPNOTSUPP;
}

static inline void luo_array_seal(struct luo_array *array) { }

static inline int luo_array_restore(struct luo_array *array, u64 handle,
				    u32 element_size, u64 count)
{
	return -EOPNOTSUPP;
}

static inline void luo_array_free(struct luo_array *array) { }

#endif /* CONFIG_LUO_OBJECT */

#endif /* _LINUX_LUO_ARRAY_H */
