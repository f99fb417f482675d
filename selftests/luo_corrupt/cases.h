/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_CORRUPT_CASES_H
#define SELFTESTS_LUO_CORRUPT_CASES_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_NAME	40

/**
 * struct test_case - One or more lines of a file of cases, see corrupt.sh.
 * @name:     The name.
 * @expected: The name of the error, or a pattern. EBADMSG if the line has none.
 * @reason:   An expression for a line in the log, or "".
 */
struct test_case {
	char name[MAX_NAME];
	char expected[MAX_NAME];
	char reason[128];
};

/*
 * Call @damage for each corruption in a file, with its case and the text that the corrupter
 * expects after the owner. Exit on failure.
 */
void cases_read(const char *path,
		void (*damage)(const struct test_case *test, const char *how));

/*
 * Have the kernel corrupt what an owner has, such as "object/tmpfs/1", before the kexec.
 * Exit on failure.
 */
void corrupt(const char *owner, const char *how);

#endif
