/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hold - who keeps descriptors when luoctl has ended: the service manager, if it
 * runs luoctl and has a store for descriptors, else a process left behind.
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

/* What a process that keeps a session reads from its pipe. */
enum hold_byte {
	HOLD_AT_EXEC = 'x',	/* finish the session when the pipe is closed */
	HOLD_KEEP = 'k',	/* keep it, whatever follows */
};

/*
 * Leave a process behind that has the session and reads from @ready, the end of a
 * pipe: bytes of enum hold_byte, or any other byte, which finishes the session.
 * When the pipe is closed it keeps the session, unless it has read HOLD_AT_EXEC,
 * until another luoctl takes it over. Returns its pid; complains and returns -1.
 */
pid_t hold_until(int session, int ready);

/* Whether the service manager says that it takes descriptors. */
bool hold_has_store(void);

/*
 * Hands a descriptor to the service manager and waits until it has it.
 * Complains and returns -1.
 */
int hold_store(int fd, const char *name);

/* Has the service manager close what it has under that name, if anything. */
void hold_unstore(const char *name);

#endif
