/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PKRAM_DEVICE_H
#define PKRAM_DEVICE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEVICE	"/dev/pkram_test"

/* A stream of its own for each; see lib/tests/pkram_test.c. */
static inline int device_open(void)
{
	return open(DEVICE, O_RDWR | O_CLOEXEC);
}

/* Makes a call; 0 or its errno. */
static inline int device_run(int fd, const char *command)
{
	return write(fd, command, strlen(command)) < 0 ? errno : 0;
}

/* What the last call had to say, without the end of the line. */
static inline void device_result(int fd, char *text, size_t size)
{
	ssize_t len = read(fd, text, size - 1);

	if (len < 0)
		len = 0;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

#endif /* PKRAM_DEVICE_H */
