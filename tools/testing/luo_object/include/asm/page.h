/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ASM_PAGE_H
#define _LUO_OBJECT_TEST_ASM_PAGE_H

#include <linux/mm.h>

#endif /* _LUO_OBJECT_TEST_ASM_PAGE_H */
