/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_ELEMENTS_H
#define _LINUX_LUO_ELEMENTS_H

#include <linux/gfp_types.h>
#include <linux/kho/abi/luo_elements.h>
#include <linux/luo_array.h>
#include <linux/luo_kind.h>

int luo_elements_save(struct luo_elements_ser *ser, struct luo_array *array,
		      const struct luo_object_kind *kind, const void *elements,
		      u64 count, gfp_t gfp);
int luo_elements_copy(const struct luo_elements_ser *ser,
		      const struct luo_object_kind *kind, void **elements);
int luo_elements_finish(const struct luo_elements_ser *ser);

#endif /* _LINUX_LUO_ELEMENTS_H */
