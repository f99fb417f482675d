/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_BITFIELD_H
#define _LUO_OBJECT_TEST_BITFIELD_H

#include <linux/types.h>

#define FIELD_PREP(mask, value)						\
	(((u64)(value) << __builtin_ctzll(mask)) & (mask))
#define FIELD_GET(mask, reg)	(((reg) & (mask)) >> __builtin_ctzll(mask))

#endif /* _LUO_OBJECT_TEST_BITFIELD_H */
