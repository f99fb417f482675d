/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_BITOPS_H
#define _LUO_OBJECT_TEST_BITOPS_H

#include_next <linux/bitops.h>

#define __ffs64(x)		((unsigned int)__builtin_ctzll(x))

#endif /* _LUO_OBJECT_TEST_BITOPS_H */
