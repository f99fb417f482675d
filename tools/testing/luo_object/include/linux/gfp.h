/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_GFP_H
#define _LUO_OBJECT_TEST_GFP_H

#include <linux/mm.h>

/* Each allocation fails in turn, like those of the heap. */
bool luo_loopback_fails(void);

static inline unsigned long __get_free_page(gfp_t gfp)
{
	return luo_loopback_fails() ? 0 : __get_free_pages(gfp, 0);
}

#define free_page(address)	free_pages(address, 0)

#endif /* _LUO_OBJECT_TEST_GFP_H */
