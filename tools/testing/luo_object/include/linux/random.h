/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_RANDOM_H
#define _LUO_OBJECT_TEST_RANDOM_H

#include <linux/types.h>

/* Return the same numbers in every run, so that failures can be reproduced. */
static inline u64 get_random_u64(void)
{
	static u64 state = 0x853c49e6748fea9bULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;

	return state;
}

#endif /* _LUO_OBJECT_TEST_RANDOM_H */
