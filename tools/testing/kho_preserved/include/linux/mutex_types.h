/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MUTEX_TYPES_H
#define _LINUX_MUTEX_TYPES_H

/* A program with one thread needs no mutex. */
struct mutex {
};

#endif
