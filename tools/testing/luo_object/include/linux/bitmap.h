/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_BITMAP_H
#define _LUO_OBJECT_TEST_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nr)
{
	for (; nr; nr--, start++)
		map[start / BITS_PER_LONG] |= 1UL << (start % BITS_PER_LONG);
}

#endif /* _LUO_OBJECT_TEST_BITMAP_H */
