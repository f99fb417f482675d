/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_BENCH_JUMP_H
#define SELFTESTS_BENCH_JUMP_H

#include <stdint.h>

/* Loads the kernel of the next stage. */
void jump_load(void);

/*
 * Boots it, with all file descriptors as they are, and leaves in @when the
 * counter at which it began. How long the kernel takes to go down becomes the
 * figure "freeze" of @work, unless that is NULL, done in @kib KiB for @pages
 * pages; with 0 KiB it is what is taken off later ones.
 */
void jump_boot(const char *work, unsigned long kib, unsigned long pages,
	       uint64_t *when);

#endif
