/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_CRC32C_H
#define _LUO_OBJECT_TEST_CRC32C_H

#include <linux/types.h>

u32 crc32c(u32 crc, const void *data, size_t len);

#endif /* _LUO_OBJECT_TEST_CRC32C_H */
