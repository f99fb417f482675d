/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_SORT_H
#define _LUO_OBJECT_TEST_SORT_H

#include <stdlib.h>

#define cmp_int(l, r)	(((l) > (r)) - ((l) < (r)))

#define sort(base, num, size, cmp, swap) do {				\
	if (num)							\
		qsort(base, num, size, cmp);				\
} while (0)

#endif /* _LUO_OBJECT_TEST_SORT_H */
