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
 * Reads a file of at most @max bytes, and a NUL behind them that is not
 * counted. Returns 0 or -1, with errno; complains of nothing.
 */
int read_file(const char *path, size_t max, struct bytes *bytes);

/* The same with complaints. */
int load_file(const char *path, size_t max, struct bytes *bytes);

/* Writes @text to a file of the kernel. Returns 0 or -1, with errno. */
int write_file(const char *path, const char *text);

/* An unsigned number and nothing else. */
bool parse_u64(const char *text, u64 *value);

#endif
