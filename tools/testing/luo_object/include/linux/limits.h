/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_LIMITS_H
#define _LUO_OBJECT_TEST_LIMITS_H

#include_next <linux/limits.h>
#include <linux/types.h>

/* The same value as in the kernel. */
#ifndef SSIZE_MAX
#define SSIZE_MAX	((ssize_t)(SIZE_MAX >> 1))
#endif

#define U16_MAX		((u16)~0U)
#define S32_MAX		((s32)(~0U >> 1))
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)
#define ULONG_MAX	(~0UL)

#endif /* _LUO_OBJECT_TEST_LIMITS_H */
