/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_KEXEC_HANDOVER_H
#define _LUO_OBJECT_TEST_KEXEC_HANDOVER_H

#include <linux/types.h>

struct page;

struct kho_restored {
	struct page *page;
	unsigned long nr_pages;
};

bool kho_split_preserved(phys_addr_t phys, unsigned int order);

static inline bool kho_is_enabled(void)
{
	return true;
}

#endif /* _LUO_OBJECT_TEST_KEXEC_HANDOVER_H */
