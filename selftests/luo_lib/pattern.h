/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_PATTERN_H
#define SELFTESTS_LUO_MEMFD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE	4096

/* Page @index of a file as @seed wants it. Seed 0 is a page of zeroes. */
void pattern_fill(void *page, unsigned long seed, unsigned long index);

/* Are the first @len bytes of @page just that? */
bool pattern_matches(const void *page, size_t len, unsigned long seed,
		     unsigned long index);

#endif
