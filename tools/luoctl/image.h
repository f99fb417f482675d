/* SPDX-License-Identifier: GPL-2.0 */
/*
 * image - the kernel within a kernel image: a bzImage, an arm64 Image, an EFI
 * zboot image, a unified kernel image, a vmlinux, or a packed one of these.
 */
#ifndef LUOCTL_IMAGE_H
#define LUOCTL_IMAGE_H

#include "machine.h"
#include "util.h"

struct image {
	char *format;		/* for people: "bzImage, gzip" */
	bool elf;		/* a vmlinux or module; else the output of objcopy */
	bool module;
	char *release;		/* "7.3.4-pkram"; NULL for a module */
	struct machine machine;
	struct bytes kernel;	/* followed by a NUL */
};

/*
 * Read the kernel in a file, or a module. Complains and returns -1 if there is
 * no whole one. Reads no more of the file than its header if that is of another
 * format.
 */
int image_read(const char *path, struct image *image);
void image_free(struct image *image);

#endif
