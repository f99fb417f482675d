/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_FIND_H
#define _LUO_OBJECT_TEST_FIND_H

#include <linux/types.h>

/* Search only one word. */
#undef for_each_set_bit
#define for_each_set_bit(bit, addr, size)				\
	for ((bit) = 0; (bit) < (size); (bit)++)			\
		if (*(addr) & (1UL << (bit)))

#endif /* _LUO_OBJECT_TEST_FIND_H */
