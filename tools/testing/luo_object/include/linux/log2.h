/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_LOG2_H
#define _LUO_OBJECT_TEST_LOG2_H

#include <linux/bitmap.h>
#include_next <linux/log2.h>

#undef const_ilog2
#define const_ilog2(n)	(63 - __builtin_clzll(n))

#endif /* _LUO_OBJECT_TEST_LOG2_H */
