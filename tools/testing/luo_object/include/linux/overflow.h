/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_OVERFLOW_H
#define _LUO_OBJECT_TEST_OVERFLOW_H

#include <linux/limits.h>

#define check_mul_overflow(a, b, product)				\
	__builtin_mul_overflow(a, b, product)

#endif /* _LUO_OBJECT_TEST_OVERFLOW_H */
