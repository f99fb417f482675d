/* SPDX-License-Identifier: GPL-2.0 */
/*
 * directory - directories of a tmpfs, which are saved with everything under them.
 */
#ifndef LUOCTL_DIRECTORY_H
#define LUOCTL_DIRECTORY_H

#include "util.h"

/*
 * Open a directory of a tmpfs. Returns a descriptor. On error, prints the error and returns
 * -1.
 */
int directory_open(const char *path);

/*
 * Count the names under a directory, and the bytes of memory that their files have. Other
 * filesystems that are mounted in it do not count. Returns 0, or -1 if a directory cannot
 * be read.
 */
int directory_count(int fd, u64 *files, u64 *bytes);

/*
 * Attach the detached mount of which @fd is the root. Returns 0. On error, prints the error
 * and returns -1.
 */
int directory_mount(int fd, const char *name, const char *path);

#endif
