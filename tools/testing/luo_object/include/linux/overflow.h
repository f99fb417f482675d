/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_OVERFLOW_H
#define _LUO_OBJECT_TEST_OVERFLOW_H

#include <linux/limits.h>

#define check_mul_overflow(a, b, product)				\
	__builtin_mul_overflow(a, b, product)

#define array_size(n, size)	((size_t)(n) * (size_t)(size))

#define type_max(t)							\
	((t)(~0ULL >> (8 * (8 - sizeof(t)) + ((t)-1 < (t)1))))

#define struct_size(p, member, count)					\
	(sizeof(*(p)) + sizeof(*(p)->member) * (size_t)(count))

#endif /* _LUO_OBJECT_TEST_OVERFLOW_H */
