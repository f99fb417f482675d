/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_DEMO_COUNTER_H
#define SELFTESTS_LUO_MEMFD_DEMO_COUNTER_H

/* Leaves a process behind that counts in the file until there is no kernel. */
void counter_start(int fd);

/* Where the counter is, or 0 if what is in the file is not a counter. */
unsigned long counter_value(int fd);

/* Milliseconds since it last counted, also if that was in another kernel. */
long counter_age(int fd);

#endif
