/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What guest writes and inspect reads: a record on the disk for each tick, in a sector of its
 * own, and pages of a pattern in the memory.
 */
#ifndef SELFTESTS_QEMU_RECORD_H
#define SELFTESTS_QEMU_RECORD_H

#include <stdint.h>

#define SECTOR		512
#define RECORD_MAGIC	0x6b63697474736575ULL	/* "uesttick" */

/* The seed of the pattern in the memory of the guest. */
#define MEMORY_SEED	18

struct record {
	uint64_t magic;
	uint64_t tick;		/* also the sector */
	uint64_t uptime;	/* milliseconds */
	unsigned char unused[SECTOR - 24];
};

#endif
