/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PKRAM_DEVICE_H
#define PKRAM_DEVICE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DEVICE	"/dev/pkram_test"

/* Open the test driver lib/tests/pkram_test.c. Each open file has its own stream. */
static inline int device_open(void)
{
	return open(DEVICE, O_RDWR | O_CLOEXEC);
}

/* Make a call. Return 0 or its error number, which is positive. */
static inline int device_run(int fd, const char *command)
{
	return write(fd, command, strlen(command)) < 0 ? errno : 0;
}

/* Read the result of the last call, without the end of the line. */
static inline void device_result(int fd, char *text, size_t size)
{
	ssize_t len = read(fd, text, size - 1);

	if (len < 0)
		len = 0;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

#endif /* PKRAM_DEVICE_H */
