/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_FS_H
#define _LUO_FUZZ_FS_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/gfp_types.h>
#include <linux/math.h>
#include <linux/types.h>

/* What luo_memfd_extent.c has from the headers of the memory manager. */

#define array_size(n, size)	((size_t)(n) * (size))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP(n, d)
#define pfn_to_nid(pfn)		((int)((pfn) >> 20))

#endif /* _LUO_FUZZ_FS_H */
