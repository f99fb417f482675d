// SPDX-License-Identifier: GPL-2.0
/*
 * The content of a page depends on a seed and on its index, and all its words differ. A page
 * that is missing, stale, incomplete or in the wrong place is therefore detected.
 */
#include <string.h>
#include <unistd.h>

#include "pattern.h"

void pattern_fill(void *page, unsigned long seed, unsigned long index)
{
	unsigned long *words = page, word;

	if (!seed) {
		memset(page, 0, PAGE);
		return;
	}

	word = (seed << 40) ^ (index * 0x9e3779b97f4a7c15ULL);
	for (size_t i = 0; i < PAGE / sizeof(*words); i++) {
		word = word * 6364136223846793005ULL + 1442695040888963407ULL;
		words[i] = word ^ (word >> 29);
	}
}

bool pattern_matches(const void *page, size_t len, unsigned long seed,
		     unsigned long index)
{
	unsigned char wanted[PAGE];

	pattern_fill(wanted, seed, index);
	return !memcmp(page, wanted, len);
}

bool pattern_matches_file(int fd, unsigned long seed, unsigned long nr)
{
	unsigned char page[PAGE];

	for (unsigned long i = 0; i < nr; i++)
		if (pread(fd, page, PAGE, i * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, seed, i))
			return false;
	return true;
}
