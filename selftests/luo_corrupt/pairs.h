/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_CORRUPT_PAIRS_H
#define SELFTESTS_LUO_CORRUPT_PAIRS_H

#include <stdbool.h>

/**
 * struct pairs - Pairs of files: one that is corrupted, and one that is not.
 * @kind:         The kind of the files' objects.
 * @handler:      What the lines of the log begin with.
 * @create:       Creates a file of the pair with this number, which begins at 0. Returns the
 *                descriptor that is preserved.
 * @is_unchanged: Checks the file of the pair that was not corrupted.
 */
struct pairs {
	const char *kind;
	const char *handler;
	int (*create)(int number, bool is_corrupt);
	bool (*is_unchanged)(int fd, int number);
};

/*
 * The program: save|check CASES. Each case has a session with a pair, the first file of which
 * is corrupted before the kexec. It must be refused, with the lines in the log that the case
 * expects. The other one must be unchanged after all other memory was written. ITSELF in a
 * case is the owner of the corrupt file.
 */
int pairs_main(int argc, char *argv[], const struct pairs *pairs);

#endif
