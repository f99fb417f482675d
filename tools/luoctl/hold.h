/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hold - keep descriptors open after luoctl has exited: in the service manager's
 * descriptor store if luoctl is part of a service that has one, or else in a holder
 * process, which does nothing else.
 */
#ifndef LUOCTL_HOLD_H
#define LUOCTL_HOLD_H

#include <sys/types.h>

#include "util.h"

/* The name of a holder process. */
#define HOLD_NAME	"luoctl-hold"

/*
 * Start a holder process that has only @fds open, under the same numbers. Returns its
 * pid. On error, prints the error and returns -1.
 */
pid_t hold(const int *fds, size_t nr);

/*
 * Leave the session, the terminal and the working directory of the parent, and close
 * all descriptors but @fds. For processes that outlive luoctl.
 */
void hold_detach(const int *fds, size_t nr);

/* Check if the service manager can store descriptors of this service. */
bool hold_has_store(void);

/*
 * Pass a descriptor to the service manager, and wait until it is stored. Returns 0. On
 * error, prints the error and returns -1.
 */
int hold_store(int fd, const char *name);

/*
 * Ask the service manager, on behalf of process @pid of the service, to close the
 * descriptors that it stores under @name.
 */
void hold_unstore(const char *name, pid_t pid);

#endif
