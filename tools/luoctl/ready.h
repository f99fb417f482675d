/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ready - finish a session that was retrieved when the command that has its files is
 * ready, and not before.
 *
 * luoctl starts a process, the watcher, which holds the session and finishes it when the
 * command is ready. In every other case the session stays where it is, with the watcher
 * or in the descriptor store of the service manager: if the command cannot be run, exits
 * before it is ready, or luoctl is killed.
 */
#ifndef LUOCTL_READY_H
#define LUOCTL_READY_H

#include <sys/types.h>

#include "util.h"

enum ready_when {
	READY_DEFAULT,		/* READY_NOTIFY if NOTIFY_SOCKET is set, else READY_EXEC */
	READY_EXEC,		/* when the command is executed */
	READY_NOTIFY,		/* when it sends READY=1 to $NOTIFY_SOCKET */
	READY_FD,		/* when it writes to $LUOCTL_READY_FD */
	READY_KEEP,		/* never: another luoctl will restore the session */
};

/* Parse "exec", "notify" or "fd". Returns 0, or -1 after printing an error. */
int ready_parse(const char *text, enum ready_when *when);

struct ready_session {
	const char *name;
	int fd;
	bool stored;		/* also in the descriptor store of the service manager */
};

/*
 * Start the watcher, and set the environment for the command that this process will
 * execute. Descriptors that stay open until then are not below @above. If this process
 * exits without executing a command, the watcher keeps the session. Returns the pid of
 * the watcher. On error, prints the error and returns -1.
 */
pid_t ready_start(enum ready_when when, const struct ready_session *session,
		  int above);

/*
 * Finish a session whose files process @by has, and note that. Returns 0. On error,
 * prints the error and returns -1.
 */
int ready_finish(const struct ready_session *session, pid_t by);

/*
 * Set the same environment for a command without a session, so that it need not
 * distinguish the two cases. Descriptors that stay open are not below @above.
 */
void ready_without(enum ready_when when, int above);

#endif
