/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_OBJECT_FREEZE_H
#define _LINUX_LUO_OBJECT_FREEZE_H

#ifdef CONFIG_LUO_OBJECT
int luo_object_freeze(void);
void luo_object_unfreeze(void);
#else
static inline int luo_object_freeze(void)
{
	return 0;
}

static inline void luo_object_unfreeze(void) { }
#endif

#endif /* _LINUX_LUO_OBJECT_FREEZE_H */
