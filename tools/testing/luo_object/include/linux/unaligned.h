/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_UNALIGNED_H
#define _LUO_OBJECT_TEST_UNALIGNED_H

#include <linux/string.h>
#include <linux/types.h>

/* For little-endian machines. */
static inline u32 get_unaligned_le32(const void *p)
{
	u32 value;

	memcpy(&value, p, sizeof(value));

	return value;
}

static inline u64 get_unaligned_le64(const void *p)
{
	u64 value;

	memcpy(&value, p, sizeof(value));

	return value;
}

#endif /* _LUO_OBJECT_TEST_UNALIGNED_H */
