/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_ELEMENTS_INTERNAL_H
#define _LUO_ELEMENTS_INTERNAL_H

#include <linux/luo_elements.h>

struct luo_handover;

int luo_elements_copy_from(const struct luo_handover *handover,
			   const struct luo_elements_ser *ser,
			   const struct luo_object_kind *kind, void **elements);
void luo_elements_abort(const struct luo_handover *handover,
			const struct luo_elements_ser *ser);

/* The calls of the public header, for tests that pass their own handover. */

int luo_elements_save_from(const struct luo_handover *handover,
			   struct luo_elements_ser *ser, struct luo_array *array,
			   const struct luo_object_kind *kind,
			   const void *elements, u64 count, gfp_t gfp);
int luo_elements_finish_from(const struct luo_handover *handover,
			     const struct luo_elements_ser *ser);

#endif /* _LUO_ELEMENTS_INTERNAL_H */
