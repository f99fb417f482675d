/* SPDX-License-Identifier: GPL-2.0 */
/*
 * initrd - find the initrd of an image. A kernel that is booted without an initrd that
 * it needs panics, and everything that was handed over is lost.
 */
#ifndef LUOCTL_INITRD_H
#define LUOCTL_INITRD_H

/* The argument of --initrd for a kernel that needs no initrd. */
#define INITRD_NONE	"none"

/*
 * Check that *@initrd is an initrd. If it is NULL, use the one beside @image. If it is
 * INITRD_NONE, set it to NULL. Returns 0. If there is no initrd, or it is not an archive
 * that a kernel can unpack, prints an error and returns -1.
 */
int initrd_find(const char *image, const char **initrd);

/*
 * Find the initrd beside @image, or beside the target of the link @image. Returns NULL
 * if there is none.
 */
const char *initrd_beside(const char *image);

#endif
