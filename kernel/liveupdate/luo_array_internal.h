/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ARRAY_INTERNAL_H
#define _LUO_ARRAY_INTERNAL_H

#include <linux/luo_array.h>

struct luo_handover;

/* The calls of linux/luo_array.h for tests that bring their own handover. */

int luo_array_alloc_from(const struct luo_handover *handover,
			 struct luo_array *array, u32 element_size, u64 count,
			 gfp_t gfp);
int luo_array_restore_from(const struct luo_handover *handover,
			   struct luo_array *array, u64 handle,
			   u32 element_size, u64 count);
void luo_array_free_to(const struct luo_handover *handover,
		       struct luo_array *array);

#endif /* _LUO_ARRAY_INTERNAL_H */
