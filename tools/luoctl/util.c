// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

static char *last_complaint;

int complain(const char *fmt, ...)
{
	va_list args;

	free(last_complaint);
	va_start(args, fmt);
	if (vasprintf(&last_complaint, fmt, args) < 0)
		last_complaint = NULL;
	va_end(args);
	fprintf(stderr, "luoctl: %s\n", last_complaint ?: "out of memory");

	return -1;
}

const char *complaint(void)
{
	return last_complaint;
}

static void *there(void *memory)
{
	if (!memory) {
		fputs("luoctl: out of memory\n", stderr);
		exit(EXIT_FAILED);
	}

	return memory;
}

void *xrealloc(void *old, size_t count, size_t size)
{
	return there(reallocarray(old, count, size));
}

void *xzalloc(size_t size)
{
	return there(calloc(1, size));
}

char *xstrdup(const char *string)
{
	return there(strdup(string));
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);

	return there(text);
}

/* Files of the kernel have no size that can be relied on, so read on. */
static int read_all(int fd, size_t max, struct bytes *bytes)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (bytes->size + 1 >= room) {
			room = room ? 2 * room : 0x10000;
			bytes->data = xrealloc(bytes->data, room, 1);
		}
		got = read(fd, bytes->data + bytes->size,
			   room - bytes->size - 1);
		if (got < 0)
			return -1;
		bytes->size += got;
		if (bytes->size > max) {
			errno = EFBIG;
			return -1;
		}
	} while (got);
	bytes->data[bytes->size] = 0;

	return 0;
}

int read_file(const char *path, size_t max, struct bytes *bytes)
{
	struct stat st;
	int fd, err, error;

	*bytes = (struct bytes){};
	/* Not to wait for a writer, should it be a pipe. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;

	err = fstat(fd, &st);
	if (!err && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		err = -1;
	} else if (!err && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		err = -1;
	}
	if (!err)
		err = read_all(fd, max, bytes);
	error = errno;
	close(fd);
	if (err) {
		free(bytes->data);
		*bytes = (struct bytes){};
		errno = error;
	}

	return err;
}

int load_file(const char *path, size_t max, struct bytes *bytes)
{
	if (!read_file(path, max, bytes))
		return 0;
	if (errno == EFBIG)
		return complain("%s: larger than %zu MiB, which no kernel is",
				path, max >> 20);
	if (errno == EINVAL)
		return complain("%s: not a regular file", path);

	return complain("%s: %s", path, strerror(errno));
}

int write_file(const char *path, const char *text)
{
	ssize_t size = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err, error;

	if (fd < 0)
		return -1;
	err = write(fd, text, size) == size ? 0 : -1;
	error = errno;
	close(fd);
	errno = error;

	return err;
}

bool parse_u64(const char *text, u64 *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);

	return !errno && !*end;
}
