/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ARRAY_INTERNAL_H
#define _LUO_ARRAY_INTERNAL_H

#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/luo_array.h>
#include <linux/luo_vec.h>

/* luo_array.c */

static inline u64 luo_array_run_phys(u64 run)
{
	return run & ~LUO_ARRAY_RUN_ORDER;
}

static inline unsigned int luo_array_run_order(u64 run)
{
	return run & LUO_ARRAY_RUN_ORDER;
}

int luo_array_alloc_raw(struct luo_array *array, u32 element_size, u64 count,
			gfp_t gfp);
bool luo_array_size(u32 element_size, u64 count, size_t *size);
unsigned int luo_array_inline_order(size_t size);
int luo_array_map(struct luo_array *array, const u64 *runs, unsigned long nr_runs);
u32 luo_array_block_crc(const struct luo_array_block_ser *block);
void *luo_array_pages_alloc(unsigned int order, gfp_t gfp);
void luo_array_unmap(struct luo_array *array);
void luo_array_free_stored(u64 handle, size_t size);
u64 luo_array_stored_each(u64 handle, size_t size,
			  u64 (*fn)(const void *data, size_t size, void *arg),
			  void *arg);

/* luo_array_in.c */

struct luo_array_in;

struct luo_array_in *luo_array_drop_prepare(u64 handle, u32 element_size, u64 count);
void luo_array_drop_commit(struct luo_array_in *in);
void luo_array_drop_cancel(struct luo_array_in *in);
int luo_array_copy(void **data, u64 handle, u32 element_size, u64 count);

#endif /* _LUO_ARRAY_INTERNAL_H */
