/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ALIGN_H
#define _LUO_OBJECT_TEST_ALIGN_H

#include_next <linux/align.h>

#define PTR_ALIGN(p, a)		((typeof(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a)	((typeof(p))ALIGN_DOWN((unsigned long)(p), (a)))

#endif /* _LUO_OBJECT_TEST_ALIGN_H */
