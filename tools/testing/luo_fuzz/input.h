/* SPDX-License-Identifier: GPL-2.0 */
/*
 * input - read the bytes of an input in order. After its end, all bytes are zero.
 */
#ifndef LUO_FUZZ_INPUT_H
#define LUO_FUZZ_INPUT_H

#include <stddef.h>
#include <linux/types.h>

struct fuzz_input {
	const u8 *data;
	size_t left;
};

static inline u64 fuzz_take(struct fuzz_input *input, unsigned int nr_bytes)
{
	u64 value = 0;
	unsigned int i;

	for (i = 0; i < nr_bytes && input->left; i++, input->left--)
		value |= (u64)*input->data++ << 8 * i;

	return value;
}

#endif
