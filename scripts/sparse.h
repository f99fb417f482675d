/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Features that the kernel expects of sparse and that Debian's sparse 0.6.4 lacks.
 * Included ahead of everything when sparse runs, and only then.
 */

/* The kernel's own fallback for compilers without it. */
#define __typeof_unqual__(x) __typeof__(_Generic((x),				\
	char: (char)0, unsigned char: (unsigned char)0, signed char: (signed char)0,	\
	unsigned short: (unsigned short)0, signed short: (signed short)0,		\
	unsigned int: (unsigned int)0, signed int: (signed int)0,			\
	unsigned long: (unsigned long)0, signed long: (signed long)0,			\
	unsigned long long: (unsigned long long)0,					\
	signed long long: (signed long long)0, default: (x)))

/* It does not fold sizeof of a joined string; the compiler checks these. */
#define _Static_assert(...) struct __static_assert

/* Stock Linux has this in mm/mm_init.c, which a patch touches, and in no header. */
extern unsigned long zero_page_pfn;
