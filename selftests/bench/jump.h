/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_BENCH_JUMP_H
#define SELFTESTS_BENCH_JUMP_H

#include <stdint.h>

/* Load the kernel of the next stage. */
void jump_load(void);

/*
 * Boot it with all file descriptors open, and set @when to the counter before the call.
 * Unless @work is NULL, the time until the jump becomes its figure "freeze", for @kib KiB
 * and @pages pages. The figure for 0 KiB is subtracted from later ones.
 */
void jump_boot(const char *work, unsigned long kib, unsigned long pages,
	       uint64_t *when);

#endif
