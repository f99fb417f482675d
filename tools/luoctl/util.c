// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

static void *check_memory(void *memory)
{
	if (!memory) {
		fputs("luoctl: out of memory\n", stderr);
		exit(EXIT_FAILED);
	}

	return memory;
}

void *xrealloc(void *old, size_t count, size_t size)
{
	return check_memory(reallocarray(old, count, size));
}

void *xzalloc(size_t size)
{
	return check_memory(calloc(1, size));
}

char *xstrdup(const char *string)
{
	return check_memory(strdup(string));
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);

	return check_memory(text);
}

int open_regular(const char *path, size_t max)
{
	struct stat st;
	/* Without O_NONBLOCK, opening a FIFO would wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int error = 0;

	if (fd < 0)
		return -1;

	if (fstat(fd, &st))
		error = errno;
	else if (S_ISDIR(st.st_mode))
		error = EISDIR;
	else if (!S_ISREG(st.st_mode))
		error = EINVAL;
	else if (st.st_size > 0 && (u64)st.st_size > max)
		error = EFBIG;
	if (!error)
		return fd;
	close(fd);
	errno = error;

	return -1;
}

/* Read to the end: st_size of files in /proc and /sys is not their size. */
static int read_all(int fd, size_t max, struct bytes *bytes)
{
	size_t capacity = 0;
	ssize_t got;

	do {
		if (bytes->size + 1 >= capacity) {
			capacity = capacity ? 2 * capacity : 0x10000;
			bytes->data = xrealloc(bytes->data, capacity, 1);
		}
		got = read(fd, bytes->data + bytes->size,
			   capacity - bytes->size - 1);
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

int read_fd(int fd, size_t max, struct bytes *bytes)
{
	int error;

	*bytes = (struct bytes){};
	if (!read_all(fd, max, bytes))
		return 0;
	error = errno;
	free(bytes->data);
	*bytes = (struct bytes){};
	errno = error;

	return -1;
}

int read_file(const char *path, size_t max, struct bytes *bytes)
{
	/* In sysfs, st_size is that of a page, which may be more than @max. */
	int fd = open_regular(path, SIZE_MAX), err, error;

	*bytes = (struct bytes){};
	if (fd < 0)
		return -1;
	err = read_fd(fd, max, bytes);
	error = errno;
	close(fd);
	errno = error;

	return err;
}

int complain_file(const char *path, size_t max)
{
	if (errno == EFBIG)
		return complain("%s: larger than %zu MiB", path, max >> 20);
	if (errno == EINVAL)
		return complain("%s: not a regular file", path);

	return complain("%s: %s", path, strerror(errno));
}

int load_file(const char *path, size_t max, struct bytes *bytes)
{
	return read_file(path, max, bytes) ? complain_file(path, max) : 0;
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

static bool is_plain(const char *name)
{
	const char *at = name;

	while (*at > ' ' && *at <= '~' && !strchr("\"\\", *at))
		at++;

	return *name && !*at;
}

char *quoted(const char *name)
{
	size_t size = 4 * strlen(name) + 3;
	char *text, *end;

	if (is_plain(name))
		return xstrdup(name);
	text = xzalloc(size);
	end = text;
	*end++ = '"';
	for (; *name; name++) {
		if (strchr("\"\\", *name))
			end += sprintf(end, "\\%c", *name);
		else if (*name >= ' ' && *name <= '~')
			*end++ = *name;
		else
			end += sprintf(end, "\\x%02x", (u8)*name);
	}
	*end = '"';

	return text;
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

char *time_text(u64 when)
{
	time_t seconds = when;
	char text[64] = "an unknown time";
	struct tm tm;

	if (when && localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);

	return xstrdup(text);
}
