/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_SHAPE_H
#define SELFTESTS_LUO_LIB_SHAPE_H

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
 * struct shape - The content and state of a memfd, and how they change.
 * @name:      The name in messages. Several shapes may have the same one.
 * @size:      Size in bytes.
 * @memfd:     Flags of memfd_create() in addition to MFD_ALLOW_SEALING.
 * @allocated: Allocate the whole file with fallocate() first.
 * @before:    Pages that are written before the file is preserved.
 * @after:     Pages that are written after that.
 * @by:        How the pages in @after are written.
 * @pos:       File position when the file is preserved.
 * @pos_after: File position that is set after that; 0 for no change.
 * @seals:     F_SEAL_* that are set before the file is preserved.
 * @seals_after: F_SEAL_* that are set after that.
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
 * shape_create() makes the file and writes the pages in @before, and shape_touch() does
 * all that comes after it was preserved. The content of a page depends on the seed of
 * the call that wrote it. shape_check() checks the content and the state. It and
 * shape_touch() print what is wrong and return false on failure.
 */
int shape_create(const struct shape *shape, unsigned long seed);
bool shape_touch(const struct shape *shape, int fd, unsigned long seed);
bool shape_check(const struct shape *shape, int fd, unsigned long created,
		 unsigned long touched);

/* Check that the file has memory for the pages that were written, and no others. */
bool shape_check_blocks(const struct shape *shape, int fd, bool filled);

/* Check that the file can be written, and its size changed, as its seals allow. */
bool shape_check_alive(const struct shape *shape, int fd);

#endif
