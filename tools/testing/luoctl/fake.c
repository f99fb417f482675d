// SPDX-License-Identifier: GPL-2.0
/*
 * A preloaded library that simulates /dev/liveupdate. Preserving a file fails FAKE_BUSY times
 * with -EBUSY, as if a page that must move were in use by I/O, and succeeds after that.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "liveupdate.h"

int open64(const char *path, int flags, ...)
{
	int (*real)(const char *path, int flags, ...) =
		dlsym(RTLD_NEXT, "open64");
	va_list args;
	int mode;

	if (!strcmp(path, "/dev/liveupdate"))
		return memfd_create("fake", 0);
	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);

	return real(path, flags, mode);
}

int ioctl(int fd, unsigned long call, ...)
{
	static int busy = -1;
	va_list args;
	void *arg;

	va_start(args, call);
	arg = va_arg(args, void *);
	va_end(args);

	if (busy < 0)
		busy = atoi(getenv("FAKE_BUSY"));
	if (call == LIVEUPDATE_IOCTL_CREATE_SESSION) {
		((struct liveupdate_ioctl_create_session *)arg)->fd =
			memfd_create("session", 0);
	} else if (call == LIVEUPDATE_SESSION_PRESERVE_FD && busy) {
		busy--;
		errno = EBUSY;
		return -1;
	}

	return 0;
}
