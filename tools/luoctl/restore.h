/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restore - takes the files of a session of the previous kernel back. Used by luoctl
 * restore and luoctl run.
 */
#ifndef LUOCTL_RESTORE_H
#define LUOCTL_RESTORE_H

#include "mapping.h"
#include "ready.h"
#include "session.h"

/* A session that was retrieved. */
struct taken {
	const char *name;
	int session;
	struct session_holder holder;
	int *fds;		/* one for each entry of the mapping */
};

/*
 * Retrieve the files of the session: those of @mapping, or if that is empty all that
 * the session has names for, which are added. The session is not finished. Complains
 * and returns -1, and the session is kept then.
 */
int restore_files(struct taken *taken, struct mapping *mapping);

/* Keep a session in which something is wrong, and say where. Closes it. */
void restore_keep(struct taken *taken);

/*
 * Run the command with the files, in the place of this process, and leave a process
 * behind that finishes the session when the command is ready. If it cannot be run,
 * complain, keep the session and return what to exit with.
 */
int restore_exec(struct taken *taken, const struct mapping *mapping,
		 enum ready_when when, char **command);

#endif
