/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that kho_keys.c needs and tools/include does not have. Count each lookup of a
 * key.
 */
#ifndef KHO_PRESERVED_COUNT_KEYS_H
#define KHO_PRESERVED_COUNT_KEYS_H

#include <stdbool.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>

extern unsigned long nr_key_tests;

static inline bool counted_test_bit(unsigned long bit, const unsigned long *bitmap)
{
	nr_key_tests++;

	return test_bit(bit, bitmap);
}

static inline unsigned long counted_find_next_bit(const unsigned long *bitmap,
						  unsigned long size,
						  unsigned long offset)
{
	nr_key_tests++;

	return find_next_bit(bitmap, size, offset);
}

#undef test_bit
#define test_bit counted_test_bit
#undef find_next_bit
#define find_next_bit counted_find_next_bit

#endif
