/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHO_PRESERVED_EXPECT_H
#define KHO_PRESERVED_EXPECT_H

#include <stdio.h>
#include <stdlib.h>

/* Each test is a process. */
#define expect(condition)						\
	do {								\
		if (!(condition)) {					\
			printf("# %s:%d: %s\n", __func__, __LINE__, #condition); \
			exit(1);					\
		}							\
	} while (0)

#endif
