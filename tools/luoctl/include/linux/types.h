/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's types, for the headers of its wire formats. */
#ifndef _LUOCTL_LINUX_TYPES_H
#define _LUOCTL_LINUX_TYPES_H

#include_next <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#endif
