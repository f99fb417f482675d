/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_LIMITS_H
#define _LUO_OBJECT_TEST_LIMITS_H

#include_next <linux/limits.h>

#define U16_MAX		((u16)~0U)
#define S32_MAX		((s32)(~0U >> 1))
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#endif /* _LUO_OBJECT_TEST_LIMITS_H */
