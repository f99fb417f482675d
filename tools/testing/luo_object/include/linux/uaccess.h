/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_UACCESS_H
#define _LUO_OBJECT_TEST_UACCESS_H

#include <linux/types.h>

/* arena.c: fails for memory that is not allocated. */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size);

#endif /* _LUO_OBJECT_TEST_UACCESS_H */
