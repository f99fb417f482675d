/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_DEMO_COUNTER_H
#define SELFTESTS_LUO_MEMFD_DEMO_COUNTER_H

/* Start a process in the background that counts in the file until the kexec. */
void counter_start(int fd);

/* Return the count, or 0 if the file does not have a valid counter. */
unsigned long counter_value(int fd);

/* Return the milliseconds since the last count, which may be in another kernel. */
long counter_age(int fd);

#endif
