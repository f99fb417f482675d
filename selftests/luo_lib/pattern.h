/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_PATTERN_H
#define SELFTESTS_LUO_LIB_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE	4096

/* Fill page @index of a file with the content of a seed. Seed 0 gives zeroes. */
void pattern_fill(void *page, unsigned long seed, unsigned long index);

/* Check that the first @len bytes of @page have that content. */
bool pattern_matches(const void *page, size_t len, unsigned long seed,
		     unsigned long index);

/* Check that the first @nr pages of a file have that content. */
bool pattern_matches_file(int fd, unsigned long seed, unsigned long nr);

#endif
