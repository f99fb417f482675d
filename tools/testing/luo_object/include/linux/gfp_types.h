/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_GFP_TYPES_H
#define _LUO_OBJECT_TEST_GFP_TYPES_H

#include <linux/types.h>

#define GFP_KERNEL	0u
#define __GFP_ZERO	1u
#define __GFP_COMP	2u
#define __GFP_NOWARN	4u
#define __GFP_NORETRY	8u
#define __GFP_RETRY_MAYFAIL	16u
#define __GFP_MOVABLE	32u
#define __GFP_HIGHMEM	64u

#endif /* _LUO_OBJECT_TEST_GFP_TYPES_H */
