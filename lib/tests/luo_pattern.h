/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_PATTERN_H
#define _LUO_PATTERN_H

#include <linux/types.h>

/*
 * Data that can be checked without a copy: another seed, another length and
 * another place in the data all give other bytes.
 */
static inline u8 luo_pattern_byte(u64 seed, size_t i)
{
	u64 x = (seed + 1) * 0x9e3779b97f4a7c15ULL + i;

	x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9ULL;

	return x >> 56;
}

static inline void luo_pattern_fill(void *data, size_t size, u64 seed)
{
	size_t i;

	for (i = 0; i < size; i++)
		((u8 *)data)[i] = luo_pattern_byte(seed, i);
}

static inline bool luo_pattern_holds(const void *data, size_t size, u64 seed)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (((const u8 *)data)[i] != luo_pattern_byte(seed, i))
			return false;
	}

	return true;
}

#endif /* _LUO_PATTERN_H */
