/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ready - when a session that was retrieved is finished: when the command that has its
 * files is ready, and never before.
 *
 * The rule is in one place, a process that luoctl leaves behind. It has the session,
 * and finishes it if it has seen that the command is ready. In every other case, such
 * as the command cannot be run, ends before it is ready, or luoctl is killed, the
 * session stays where it is: with that process, or in the store of the service manager.
 */
#ifndef LUOCTL_READY_H
#define LUOCTL_READY_H

#include <sys/types.h>

#include "util.h"

enum ready_when {
	READY_DEFAULT,		/* READY_NOTIFY if NOTIFY_SOCKET is set, else READY_EXEC */
	READY_EXEC,		/* when the command runs */
	READY_NOTIFY,		/* when it has sent READY=1 to $NOTIFY_SOCKET */
	READY_FD,		/* when it has written to $LUOCTL_READY_FD */
	READY_KEEP,		/* never: another luoctl restores the session */
};

/* Complains and returns -1 if the text is none of "exec", "notify" and "fd". */
int ready_parse(const char *text, enum ready_when *when);

struct ready_session {
	const char *name;
	int fd;
	bool stored;		/* the service manager has it in its store, too */
};

/*
 * Leave the process behind, and set the environment of the command that this process
 * is about to run. Descriptors that stay open until then are from @above on. If this
 * process ends without a command the session is kept. Returns the pid of the process
 * that was left behind; complains and returns -1.
 */
pid_t ready_start(enum ready_when when, const struct ready_session *session,
		  int above);

/* Finish a session that process @by has. Complains and returns -1. */
int ready_finish(const struct ready_session *session, pid_t by);

/*
 * Set the same environment for a command that is given no session, so that it need not
 * tell the difference. Descriptors that stay open are from @above on.
 */
void ready_without(enum ready_when when, int above);

#endif
