/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of kho_keys.c. */
#ifndef KHO_PRESERVED_KEYS_H
#define KHO_PRESERVED_KEYS_H

void test_keys_model(void);
void test_keys_bounds(void);
void test_keys_no_memory(void);
void test_keys_cost(void);

#endif
