/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_SHAPE_H
#define SELFTESTS_LUO_MEMFD_SHAPE_H

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <linux/memfd.h>

#include "write_by.h"

/* The C library may be older than this seal. */
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC	0x0020
#endif

/* @count runs of @run pages, one every @step pages, the first at @first. */
struct pages {
	unsigned long first;
	unsigned long step;
	unsigned long run;
	unsigned long count;
};

#define PAGES(_first, _step, _run, _count) \
	{ .first = _first, .step = _step, .run = _run, .count = _count }

/**
 * struct shape - What a memfd looks like, and what becomes of it.
 * @name:      For people; neighbours in a table may share one.
 * @size:      In bytes.
 * @memfd:     Flags of memfd_create() beside MFD_ALLOW_SEALING.
 * @allocated: fallocate() the whole of it first.
 * @before:    Pages that are written before the file is preserved.
 * @after:     Pages that are written while it is.
 * @by:        How those are written.
 * @pos:       File position while preserving.
 * @pos_after: File position set afterwards; 0 leaves it.
 * @seals:     F_SEAL_* that are set before it is preserved.
 * @seals_after: F_SEAL_* that are set afterwards.
 */
struct shape {
	const char *name;
	off_t size;
	unsigned int memfd;
	bool allocated;
	struct pages before;
	struct pages after;
	enum write_by by;
	off_t pos;
	off_t pos_after;
	unsigned int seals;
	unsigned int seals_after;
};

/*
 * Seeds tell what a page was written as: by shape_create() with @seed, or by
 * shape_touch() with the one of that time. All return false and say so where
 * something is not as it should be.
 */
int shape_create(const struct shape *shape, unsigned long seed);
bool shape_touch(const struct shape *shape, int fd, unsigned long seed);
bool shape_check(const struct shape *shape, int fd, unsigned long created,
		 unsigned long touched);

/* Is memory held for the pages that were written and no others? */
bool shape_check_blocks(const struct shape *shape, int fd, bool filled);

/* Does the file take writes, and changes of its size, as its seals allow? */
bool shape_check_alive(const struct shape *shape, int fd);

#endif
