/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_FAULT_FAULT_H
#define SELFTESTS_LUO_FAULT_FAULT_H

#include <stdbool.h>

/*
 * Has the kernel fail allocations of every kind, once one is asked to fail, and
 * keeps this program from allocating where it does not mean to. Skips the test
 * where the kernel injects no faults.
 */
void fault_set_up(void);

/* The nth allocation from here on fails; 0 for none. */
void fault_arm(int nth);

/* How many allocations are left until the one that fails, which ends it. */
int fault_disarm(void);

/* Not where KASAN keeps back what was freed. */
bool fault_memory_is_known(void);

/* Free memory is as it was but for a little, or is not known. */
bool fault_memory_same(long before_kib, long after_kib, long slack_kib);

#endif
