/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_BITMAP_H
#define _LUO_OBJECT_TEST_BITMAP_H

#include <linux/bitops.h>
#include <linux/find.h>

#endif /* _LUO_OBJECT_TEST_BITMAP_H */
