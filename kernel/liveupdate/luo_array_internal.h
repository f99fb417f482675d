/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ARRAY_INTERNAL_H
#define _LUO_ARRAY_INTERNAL_H

#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/luo_array.h>
#include <linux/luo_vec.h>

struct luo_handover;

/* luo_array.c */

static inline u64 luo_array_run_phys(u64 run)
{
	return run & ~LUO_ARRAY_RUN_ORDER;
}

static inline unsigned int luo_array_run_order(u64 run)
{
	return run & LUO_ARRAY_RUN_ORDER;
}

bool luo_array_size(u32 element_size, u64 count, size_t *size);
unsigned int luo_array_inline_order(size_t size);
int luo_array_map(const struct luo_handover *handover, struct luo_array *array,
		  const u64 *runs, unsigned long nr_runs);
u32 luo_array_block_crc(const struct luo_array_block_ser *block);
void *luo_array_pages_alloc(const struct luo_handover *handover,
			    unsigned int order, gfp_t gfp);
void luo_array_unmap(const struct luo_handover *handover,
		     struct luo_array *array);
void luo_array_free_stored(const struct luo_handover *handover, u64 handle,
			   size_t size);
void luo_array_stored_each(const struct luo_handover *handover, u64 handle,
			   size_t size,
			   void (*fn)(const struct luo_handover *handover,
				      const void *data, size_t size));

/* luo_array_in.c */

int luo_array_copy_from(const struct luo_handover *handover, void **data,
			u64 handle, u32 element_size, u64 count);

/* The calls of the public headers, for tests that pass their own handover. */

int luo_array_alloc_from(const struct luo_handover *handover,
			 struct luo_array *array, u32 element_size, u64 count,
			 gfp_t gfp);
int luo_array_restore_from(const struct luo_handover *handover,
			   struct luo_array *array, u64 handle,
			   u32 element_size, u64 count);
void luo_array_free_to(const struct luo_handover *handover,
		       struct luo_array *array);
void luo_vec_init_to(struct luo_vec *vec, const struct luo_handover *handover,
		     u32 element_size);

#endif /* _LUO_ARRAY_INTERNAL_H */
