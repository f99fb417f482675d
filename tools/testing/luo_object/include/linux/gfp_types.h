/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_GFP_TYPES_H
#define _LUO_OBJECT_TEST_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_IO	128u
#define __GFP_FS	256u
#define GFP_KERNEL	(__GFP_IO | __GFP_FS)
#define GFP_NOFS	__GFP_IO
#define GFP_NOIO	0u
#define __GFP_ZERO	1u
#define __GFP_COMP	2u
#define __GFP_NOWARN	4u
#define __GFP_NORETRY	8u
#define __GFP_RETRY_MAYFAIL	16u
#define __GFP_MOVABLE	32u
#define __GFP_HIGHMEM	64u

#endif /* _LUO_OBJECT_TEST_GFP_TYPES_H */
