/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_FIND_H
#define _LUO_OBJECT_TEST_FIND_H

#include <linux/types.h>

/* Search only one word. */
#undef for_each_set_bit
#define for_each_set_bit(bit, addr, size)				\
	for ((bit) = 0; (bit) < (size); (bit)++)			\
		if (*(addr) & (1UL << (bit)))

static inline unsigned long find_next_bit(const unsigned long *addr,
					  unsigned long size, unsigned long bit)
{
	while (bit < size && !(addr[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1))
		bit++;

	return bit;
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr,
					       unsigned long size, unsigned long bit)
{
	while (bit < size && addr[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1)
		bit++;

	return bit;
}

#endif /* _LUO_OBJECT_TEST_FIND_H */
