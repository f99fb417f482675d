/* SPDX-License-Identifier: GPL-2.0 */
/*
 * initrd - the initrd that belongs to an image. A kernel that is booted without the
 * one that it needs panics, and all that was handed over is lost.
 */
#ifndef LUOCTL_INITRD_H
#define LUOCTL_INITRD_H

/* What --initrd takes to say that there is to be none. */
#define INITRD_NONE	"none"

/*
 * Check *@initrd, or if that is NULL find the one beside @image. Sets it to NULL
 * for INITRD_NONE. Complains and returns -1 if there is none, or it is not an
 * archive that a kernel unpacks.
 */
int initrd_find(const char *image, const char **initrd);

/* The one beside @image, or beside the file that it is a link to; NULL if there is none. */
const char *initrd_beside(const char *image);

#endif
