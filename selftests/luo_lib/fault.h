/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_FAULT_H
#define SELFTESTS_LUO_LIB_FAULT_H

/*
 * Configure the kernel so that fault_arm() applies to allocations of all kinds, and lock
 * the memory of this program, so that page faults do not allocate. Skips the test if the
 * kernel has no fault injection.
 */
void fault_set_up(void);

/* Make the nth allocation from now on fail; 0 for none. */
void fault_arm(int nth);

/* Stop that. Return how many allocations were left until the one that fails. */
int fault_disarm(void);

#endif
