/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_LATE_H
#define SELFTESTS_LUO_LIB_LATE_H

#include <stdbool.h>

#define LATE_MAX_WRITERS	64

/*
 * Start threads which change preserved files until the jump. Each calls @step with its number
 * and 0, 1, and so on, until that returns false, and counts the calls that have returned. It
 * waits for @usecs before each until an image is loaded, so that it does not end too early.
 *
 * The counts are in a separate file, which is preserved under the token: in a page that
 * exists already. Exits on failure.
 */
void late_start(int session, unsigned long token, int nr_writers, unsigned int usecs,
		bool (*step)(int writer, unsigned long n));

/* Return the count of a writer that this program has started. */
unsigned long late_count(int writer);

/* Read the counts of that file, and close it. Exit on failure. */
void late_counts(int session, unsigned long token, unsigned long counts[LATE_MAX_WRITERS]);

#endif
