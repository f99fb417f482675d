/* SPDX-License-Identifier: GPL-2.0 */
/*
 * util - what every file here wants: errors that are one line, memory that is
 * there, files as bytes.
 */
#ifndef LUOCTL_UTIL_H
#define LUOCTL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))

/* What luoctl exits with. */
enum luoctl_exit {
	EXIT_DONE = 0,		/* done; or all survives */
	EXIT_LOSS = 1,		/* something would be lost */
	EXIT_FAILED = 2,	/* anything else */

	/* With a command to run, as of env(1) and timeout(1): */
	EXIT_OWN_FAILURE = 125,	/* luoctl has failed */
	EXIT_CANNOT_INVOKE = 126, /* the command is there and cannot be run */
	EXIT_NOT_FOUND = 127,	/* there is no such command */
};

/* A piece of memory. */
struct bytes {
	u8 *data;
	size_t size;
};

/*
 * Says on stderr what is wrong, in a line, and keeps it for --json. Returns -1,
 * for callers to return.
 */
__printf(1, 2) int complain(const char *fmt, ...);

/* What was complained of last, or NULL. */
const char *complaint(void);

/* Memory, or the end of the program. */
void *xrealloc(void *old, size_t count, size_t size);
void *xzalloc(size_t size);
char *xstrdup(const char *string);
__printf(1, 2) char *xasprintf(const char *fmt, ...);

/*
 * Open a regular file to read. Returns -1 with errno: EINVAL if it is something
 * else, EFBIG if it is larger than @max. Reads nothing.
 */
int open_regular(const char *path, size_t max);

/*
 * Read a file of at most @max bytes to its end, and put a NUL behind them that
 * is not counted. Returns 0, or -1 with errno; complains of nothing.
 */
int read_fd(int fd, size_t max, struct bytes *bytes);
int read_file(const char *path, size_t max, struct bytes *bytes);

/* Complain of the errno of one of these. */
int complain_file(const char *path, size_t max);

/* read_file() that complains. */
int load_file(const char *path, size_t max, struct bytes *bytes);

/* Writes @text to a file of the kernel. Returns 0 or -1, with errno. */
int write_file(const char *path, const char *text);

/*
 * The name as a person can tell where it ends: in quotes, with blanks and what cannot
 * be shown escaped, unless it has none of these. To be freed.
 */
char *quoted(const char *name);

/* A time in seconds since 1970 as "2026-11-26 02:55:00"; to be freed. */
char *time_text(u64 when);

/* An unsigned number and nothing else. */
bool parse_u64(const char *text, u64 *value);

#endif
