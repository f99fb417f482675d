// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <liburing.h>

#include "pattern.h"
#include "write_by.h"

static bool by_mmap(int fd, const void *data, size_t len, off_t offset)
{
	off_t within = offset % PAGE;
	char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 offset - within);

	if (map == MAP_FAILED)
		return false;
	memcpy(map + within, data, len);
	return !munmap(map, PAGE);
}

static ssize_t by_splice(int fd, const void *data, size_t len, off_t offset)
{
	ssize_t done;
	int ends[2];

	if (pipe(ends))
		return -1;
	done = write(ends[1], data, len);
	if (done > 0)
		done = splice(ends[0], NULL, fd, &offset, done, 0);
	close(ends[0]);
	close(ends[1]);
	return done;
}

/* Each thread has a ring, which ends with the process. */
static ssize_t by_uring(int fd, const void *data, size_t len, off_t offset)
{
	static __thread struct io_uring ring;
	struct io_uring_cqe *done;
	struct io_uring_sqe *todo;
	int ret;

	if (!ring.ring_fd) {
		ret = io_uring_queue_init(1, &ring, 0);
		if (ret)
			goto out;
	}
	todo = io_uring_get_sqe(&ring);
	io_uring_prep_write(todo, fd, data, len, offset);
	/* Write in another thread of the kernel, not in this call. */
	io_uring_sqe_set_flags(todo, IOSQE_ASYNC);
	ret = io_uring_submit(&ring);
	if (ret < 0)
		goto out;
	do {
		ret = io_uring_wait_cqe(&ring, &done);
	} while (ret == -EINTR);
	if (ret)
		goto out;
	ret = done->res;
	io_uring_cqe_seen(&ring, done);
out:
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

bool write_by(enum write_by by, int fd, const void *data, size_t len, off_t offset)
{
	switch (by) {
	case BY_MMAP:
		return by_mmap(fd, data, len, offset);
	case BY_SPLICE:
		return by_splice(fd, data, len, offset) == (ssize_t)len;
	case BY_URING:
		return by_uring(fd, data, len, offset) == (ssize_t)len;
	default:
		return pwrite(fd, data, len, offset) == (ssize_t)len;
	}
}
