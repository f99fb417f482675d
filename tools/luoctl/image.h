/* SPDX-License-Identifier: GPL-2.0 */
/*
 * image - find the kernel in a kernel image: a bzImage, an arm64 Image, an EFI zboot
 * image, a unified kernel image, a vmlinux, or one of these compressed.
 */
#ifndef LUOCTL_IMAGE_H
#define LUOCTL_IMAGE_H

#include "machine.h"
#include "util.h"

struct image {
	char *format;		/* for people: "bzImage, gzip" */
	bool elf;		/* a vmlinux or module; otherwise the output of objcopy */
	bool module;
	char *release;		/* "7.3.4-pkram"; NULL for a module */
	struct machine machine;
	struct bytes kernel;	/* a NUL follows it, which is not counted */
};

/*
 * Read a kernel image, or a module. Returns 0. If the file is not an image or is
 * incomplete, prints an error and returns -1. Reads only the header of a file of another
 * format.
 */
int image_read(const char *path, struct image *image);
void image_free(struct image *image);

#endif
