/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_TYPES_H
#define _LUO_OBJECT_TEST_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <asm/types.h>
#include <linux/compiler.h>

#define CONFIG_LUO_OBJECT	1
#define CONFIG_64BIT		1

typedef __u64 u64;
typedef __s64 s64;
typedef __u32 u32;
typedef __s32 s32;
typedef __u16 u16;
typedef __s16 s16;
typedef __u8 u8;
typedef __s8 s8;

typedef u64 phys_addr_t;
#define PHYS_ADDR_MAX	(~(phys_addr_t)0)

typedef unsigned long pgoff_t;
typedef unsigned int gfp_t;

#define __bitwise
#define __force
#define __must_check
#define __cold
#define __init

#define offsetofend(type, member)					\
	(offsetof(type, member) + sizeof(((type *)0)->member))

struct page;

#define DECLARE_BITMAP(name, nr)	unsigned long name[BITS_TO_LONGS(nr)]

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

#endif /* _LUO_OBJECT_TEST_TYPES_H */
