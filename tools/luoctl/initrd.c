// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initrd.h"
#include "unpack.h"

/* Names on Debian, Fedora and other distributions, for an image vmlinuz-VERSION. */
static const char *const patterns[] = {
	"%s/initrd.img-%s",
	"%s/initramfs-%s.img",
	"%s/initrd-%s",
};

static int check(const char *path)
{
	int fd = open_regular(path, SSIZE_MAX);
	u8 data[8];
	struct bytes begin = { data, 0 };
	ssize_t got;

	if (fd < 0)
		return complain_file(path, SSIZE_MAX);
	got = pread(fd, data, sizeof(data), 0);
	close(fd);
	begin.size = got < 0 ? 0 : got;
	if (packing_of(&begin) ||
	    (begin.size >= 6 && (!memcmp(data, "070701", 6) ||
				 !memcmp(data, "070702", 6))))
		return 0;

	return complain("%s: not an initrd: expected a cpio archive, which may be compressed",
			path);
}

/* Find /boot/initrd.img-VERSION for /boot/vmlinuz-VERSION. NULL if there is none. */
static char *beside(const char *image)
{
	const char *name = strrchr(image, '/');
	const char *version = strchr(name ?: image, '-');
	char *directory = name ? xasprintf("%.*s", (int)(name - image), image) :
		       xstrdup(".");
	char *path = NULL;

	for (size_t i = 0; version && !path && i < ARRAY_SIZE(patterns); i++) {
		path = xasprintf(patterns[i], directory, version + 1);
		if (access(path, F_OK)) {
			free(path);
			path = NULL;
		}
	}
	free(directory);

	return path;
}

const char *initrd_beside(const char *image)
{
	const char *initrd = beside(image);
	char *real;

	if (!initrd) {
		/* /vmlinuz is a link to /boot/vmlinuz-VERSION. */
		real = realpath(image, NULL);
		initrd = real ? beside(real) : NULL;
		free(real);
	}

	return initrd;
}

int initrd_find(const char *image, const char **initrd)
{
	if (*initrd && !strcmp(*initrd, INITRD_NONE)) {
		*initrd = NULL;
		return 0;
	}
	if (!*initrd)
		*initrd = initrd_beside(image);
	if (!*initrd)
		return complain("no initrd beside %s, such as initrd.img-VERSION: use --initrd FILE, or --initrd "
				INITRD_NONE " if the kernel needs none", image);

	return check(*initrd);
}
