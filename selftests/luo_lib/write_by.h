/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_WRITE_BY_H
#define SELFTESTS_LUO_MEMFD_WRITE_BY_H

#include <stdbool.h>
#include <sys/types.h>

/* The ways to write to a memfd, by a worker of io_uring as the last. */
enum write_by {
	BY_WRITE,
	BY_MMAP,
	BY_SPLICE,
	BY_URING,
};

/*
 * Writes @len bytes of @data, that are within a page, at @offset of a file. False,
 * with errno, if not all of them were.
 */
bool write_by(enum write_by by, int fd, const void *data, size_t len, off_t offset);

#endif
