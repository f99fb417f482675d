/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ARRAY_SIZE_H
#define _LUO_OBJECT_TEST_ARRAY_SIZE_H

#include <linux/kernel.h>

#endif /* _LUO_OBJECT_TEST_ARRAY_SIZE_H */
