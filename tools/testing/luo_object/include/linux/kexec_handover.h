/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_KEXEC_HANDOVER_H
#define _LUO_OBJECT_TEST_KEXEC_HANDOVER_H

#include <linux/types.h>

static inline bool kho_is_enabled(void)
{
	return true;
}

#endif /* _LUO_OBJECT_TEST_KEXEC_HANDOVER_H */
