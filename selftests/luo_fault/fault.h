/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_FAULT_FAULT_H
#define SELFTESTS_LUO_FAULT_FAULT_H

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

#endif
