/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hold - keeps descriptors when luoctl has ended: with the service manager, if that
 * runs luoctl and has a store for descriptors, else in a process left behind.
 */
#ifndef LUOCTL_HOLD_H
#define LUOCTL_HOLD_H

#include <sys/types.h>

#include "util.h"

/* The name of a process that does nothing but keep descriptors. */
#define HOLD_NAME	"luoctl-hold"

/*
 * Leaves a process behind that has @fds open, under the same numbers, and
 * nothing else. Returns its pid; complains and returns -1.
 */
pid_t hold(const int *fds, size_t nr);

/*
 * Leave the session, the terminal and the directory of the starter, and close all
 * descriptors but @fds. For a process that stays.
 */
void hold_detach(const int *fds, size_t nr);

/* Whether the service manager says that it takes descriptors. */
bool hold_has_store(void);

/*
 * Hands a descriptor to the service manager and waits until it has it.
 * Complains and returns -1.
 */
int hold_store(int fd, const char *name);

/*
 * Have the service manager close what it has under that name, if anything, in the name
 * of process @pid of the service.
 */
void hold_unstore(const char *name, pid_t pid);

#endif
