/* SPDX-License-Identifier: GPL-2.0 */
/*
 * util - error messages, memory allocation and files.
 */
#ifndef LUOCTL_UTIL_H
#define LUOCTL_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))

/* The exit status of luoctl. */
enum luoctl_exit {
	EXIT_DONE = 0,		/* done; or everything survives */
	EXIT_LOSS = 1,		/* something would be lost */
	EXIT_FAILED = 2,	/* anything else */

	/* The same as of env(1) and timeout(1), if luoctl was to run a command: */
	EXIT_OWN_FAILURE = 125,	/* luoctl has failed */
	EXIT_CANNOT_INVOKE = 126, /* the command exists but cannot be run */
	EXIT_NOT_FOUND = 127,	/* there is no such command */
};

/* A piece of memory. */
struct bytes {
	u8 *data;
	size_t size;
};

/*
 * Print an error in one line on stderr, and store it for --json. Returns -1, so that
 * callers can return it.
 */
__printf(1, 2) int complain(const char *fmt, ...);

/* Get the last error, or NULL. */
const char *complaint(void);

/* Allocate memory, or exit with an error. */
void *xrealloc(void *old, size_t count, size_t size);
void *xzalloc(size_t size);
char *xstrdup(const char *string);
__printf(1, 2) char *xasprintf(const char *fmt, ...);

/*
 * Open a regular file for reading. Returns a descriptor, or -1 with errno: EINVAL if the
 * file is not regular, EFBIG if it is larger than @max bytes.
 */
int open_regular(const char *path, size_t max);

/*
 * Read a file to its end. A NUL that is not counted follows the bytes. Returns 0, or -1
 * with errno: EFBIG if it is larger than @max bytes. Prints no error.
 */
int read_fd(int fd, size_t max, struct bytes *bytes);
int read_file(const char *path, size_t max, struct bytes *bytes);

/* Print an error for the errno of one of these functions. Returns -1. */
int complain_file(const char *path, size_t max);

/* The same as read_file(), but prints an error. */
int load_file(const char *path, size_t max, struct bytes *bytes);

/* Write @text to a file in /proc or /sys. Returns 0, or -1 with errno. */
int write_file(const char *path, const char *text);

/*
 * Quote a name if it has blanks, quotes or characters that cannot be printed, which are
 * escaped. The caller frees the text.
 */
char *quoted(const char *name);

/*
 * Format a time in seconds since 1970 as "2026-11-26 02:55:00". The caller frees the
 * text.
 */
char *time_text(u64 when);

/* Parse an unsigned number. Returns false if there are other characters. */
bool parse_u64(const char *text, u64 *value);

#endif
