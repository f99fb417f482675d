/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_MEMBLOCK_H
#define _LUO_OBJECT_TEST_MEMBLOCK_H

/* One past the last page frame of the arena. */
extern unsigned long max_pfn;

#endif /* _LUO_OBJECT_TEST_MEMBLOCK_H */
