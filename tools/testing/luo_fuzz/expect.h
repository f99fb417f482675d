/* SPDX-License-Identifier: GPL-2.0 */
/*
 * expect - conditions that must hold for every input.
 */
#ifndef LUO_FUZZ_EXPECT_H
#define LUO_FUZZ_EXPECT_H

#include <stdio.h>
#include <stdlib.h>

/* Abort unless @condition holds. */
#define FUZZ_EXPECT(condition) do {					\
	if (!(condition)) {						\
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,	\
			__LINE__, #condition);				\
		abort();						\
	}								\
} while (0)

#endif
