/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_LEDGER_INTERNAL_H
#define _LINUX_LUO_LEDGER_INTERNAL_H

#include <linux/kho/abi/luo_ledger.h>

#ifdef CONFIG_LUO_OBJECT
void luo_ledger_mark(enum luo_ledger_mark mark);
#else
static inline void luo_ledger_mark(enum luo_ledger_mark mark) { }
#endif

#endif /* _LINUX_LUO_LEDGER_INTERNAL_H */
