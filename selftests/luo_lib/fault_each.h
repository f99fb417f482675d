/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_FAULT_EACH_H
#define SELFTESTS_LUO_LIB_FAULT_EACH_H

#include <stdbool.h>

/**
 * struct fault_each - Files, each in a separate session, for which another allocation fails.
 * @nr:        The number of files: more than the allocations of any call.
 * @create:    Creates a file of which nothing is preserved, and returns its descriptor.
 *             The numbers of the files begin at 1.
 * @refused:   Checks a file that could not be preserved. May be NULL.
 * @preserved: Checks a file that is preserved.
 * @retrieved: Checks a retrieved file, and closes its descriptor. @failed is true if an
 *             allocation failed and the call succeeded without it.
 */
struct fault_each {
	int nr;
	int (*create)(int number);
	bool (*refused)(int fd, int number);
	bool (*preserved)(int fd, int number);
	bool (*retrieved)(int fd, int number, bool failed);
};

/*
 * Preserve each file while one allocation fails, the first one for the first file, and so on,
 * until all succeed. Each call must fail with ENOMEM, or succeed. A file that could not be
 * preserved is preserved again. Return false, with a line about it, if something is wrong.
 */
bool fault_each_preserve(const struct fault_each *test);

/* Retrieve each file like that, and finish its session. */
bool fault_each_retrieve(const struct fault_each *test);

#endif
