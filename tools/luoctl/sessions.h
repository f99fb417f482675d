/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sessions - the sessions that processes have. The kernel has no call that lists
 * sessions, so they are found as descriptors. A session of the previous kernel
 * that nothing has retrieved is not among them.
 */
#ifndef LUOCTL_SESSIONS_H
#define LUOCTL_SESSIONS_H

#include <sys/types.h>

#include "mapping.h"

struct session {
	char *name;
	char *shown;		/* the name as people are shown it */
	pid_t pid;
	int fd;
	char *process;
	char *shown_process;
	const char *direction;	/* "outgoing", "incoming" or "unknown" */
	struct mapping files;
	bool has_files;		/* the process has the names of the files too */
};

struct sessions {
	struct session *sessions;
	size_t nr;
};

void sessions_find(struct sessions *sessions);
void sessions_free(struct sessions *sessions);

/* The outgoing session of that name, or NULL. */
const struct session *sessions_outgoing(const struct sessions *sessions,
					const char *name);

#endif
