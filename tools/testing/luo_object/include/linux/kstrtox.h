/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_KSTRTOX_H
#define _LUO_OBJECT_TEST_KSTRTOX_H

#include <linux/types.h>

int kstrtou16(const char *s, unsigned int base, u16 *res);

#endif /* _LUO_OBJECT_TEST_KSTRTOX_H */
