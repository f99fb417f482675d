/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sessions - find the sessions that processes hold. The kernel has no call that lists
 * sessions, so they are found by their descriptors in /proc. Sessions of the previous
 * kernel that were not retrieved cannot be found.
 */
#ifndef LUOCTL_SESSIONS_H
#define LUOCTL_SESSIONS_H

#include <sys/types.h>

#include "mapping.h"

struct session {
	char *name;
	char *shown;		/* the name, quoted if necessary */
	pid_t pid;
	int fd;
	bool stored;		/* the service manager holds it, alone or too */
	char *process;
	char *shown_process;
	const char *direction;	/* "outgoing", "incoming" or "unknown" */
	struct mapping files;
	bool has_files;		/* @files was found in the same process */
};

struct sessions {
	struct session *sessions;
	size_t nr;
};

void sessions_find(struct sessions *sessions);
void sessions_free(struct sessions *sessions);

/* Find the outgoing session of that name. Returns NULL if there is none. */
const struct session *sessions_outgoing(const struct sessions *sessions,
					const char *name);

#endif
