/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_VMALLOC_H
#define _LUO_FUZZ_VMALLOC_H

#include <stdlib.h>
#include <linux/types.h>

#include "../../../luo_object/include/linux/vmalloc.h"

#define vrealloc(p, size, gfp)	realloc(p, size)

static inline void vfree(const void *p)
{
	free((void *)p);
}

#endif /* _LUO_FUZZ_VMALLOC_H */
