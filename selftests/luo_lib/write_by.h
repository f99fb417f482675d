/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_WRITE_BY_H
#define SELFTESTS_LUO_LIB_WRITE_BY_H

#include <stdbool.h>
#include <sys/types.h>

/* The ways to write to a memfd. BY_URING writes in a kernel thread of io_uring. */
enum write_by {
	BY_WRITE,
	BY_MMAP,
	BY_SPLICE,
	BY_URING,
};

/*
 * Write @len bytes of @data, which are within a page, at @offset of a file. Return
 * false with errno set if not all were written.
 */
bool write_by(enum write_by by, int fd, const void *data, size_t len, off_t offset);

#endif
