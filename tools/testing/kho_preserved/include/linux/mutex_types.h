/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_MUTEX_TYPES_H
#define _LINUX_MUTEX_TYPES_H

/* A program of one thread needs none. */
struct mutex {
};

#endif
