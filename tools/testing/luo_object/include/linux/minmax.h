/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MINMAX_H
#define _LUO_OBJECT_TEST_MINMAX_H

#undef min
#define min(a, b) ({							\
	typeof(a) __a = (a);						\
	typeof(b) __b = (b);						\
	__a < __b ? __a : __b;						\
})
#undef max
#define max(a, b) ({							\
	typeof(a) __a = (a);						\
	typeof(b) __b = (b);						\
	__a > __b ? __a : __b;						\
})

#define max3(a, b, c)	max(max(a, b), c)

#define swap(a, b) do {							\
	typeof(a) __tmp = (a);						\
	(a) = (b);							\
	(b) = __tmp;							\
} while (0)

#endif /* _LUO_OBJECT_TEST_MINMAX_H */
