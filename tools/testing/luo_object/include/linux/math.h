/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MATH_H
#define _LUO_OBJECT_TEST_MATH_H

#include_next <linux/math.h>

#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), (d))

#endif /* _LUO_OBJECT_TEST_MATH_H */
