/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_PATTERN_H
#define _LUO_PATTERN_H

#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

/*
 * Data that can be checked without a copy: the bytes depend on the seed, on the length
 * and on the offset.
 */
static inline u64 luo_pattern_word(u64 seed, size_t word)
{
	u64 x = (seed + 1) * 0x9e3779b97f4a7c15ULL + word;

	x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9ULL;

	return x ^ (x >> 29);
}

static inline void luo_pattern_fill(void *data, size_t size, u64 seed)
{
	size_t i;
	u64 word;

	for (i = 0; i < size; i += sizeof(word)) {
		word = luo_pattern_word(seed, i);
		memcpy(data + i, &word, min(size - i, sizeof(word)));
	}
}

static inline bool luo_pattern_holds(const void *data, size_t size, u64 seed)
{
	size_t i;
	u64 word;

	for (i = 0; i < size; i += sizeof(word)) {
		word = luo_pattern_word(seed, i);
		if (memcmp(data + i, &word, min(size - i, sizeof(word))))
			return false;
	}

	return true;
}

#endif /* _LUO_PATTERN_H */
