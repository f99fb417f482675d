/* SPDX-License-Identifier: GPL-2.0 */
/*
 * image - the kernel within a kernel image: a bzImage, an arm64 Image, an EFI
 * image that unpacks itself, a vmlinux, or a packed one of these.
 */
#ifndef LUOCTL_IMAGE_H
#define LUOCTL_IMAGE_H

#include "util.h"

struct image {
	char *format;		/* for people: "bzImage, gzip" */
	bool elf;		/* a vmlinux, and not what objcopy made of it */
	struct bytes kernel;	/* followed by a NUL */
};

/* Complains and returns -1 if there is no whole kernel in the file @path. */
int image_read(const char *path, struct image *image);
void image_free(struct image *image);

#endif
