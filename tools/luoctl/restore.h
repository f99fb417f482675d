/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restore - retrieve the files of a session of the previous kernel, for luoctl restore
 * and luoctl run.
 */
#ifndef LUOCTL_RESTORE_H
#define LUOCTL_RESTORE_H

#include "mapping.h"
#include "ready.h"
#include "session.h"

/* Where to attach a tree of a session. */
struct restore_mount {
	const char *name;
	const char *path;
};

/* A session that was retrieved. */
struct retrieved {
	const char *name;
	int session;
	struct session_holder holder;
	int *fds;		/* one for each entry of the mapping */
	bool charge_owner;	/* charge the memory of each file to @cgroup, or, if that is NULL, */
	const char *cgroup;	/* to the control group that the mapping has for the file */
	const struct restore_mount *mounts;
	size_t nr_mounts;
};

/*
 * Retrieve the files of @mapping from the session. If @mapping is empty, read it from
 * the session first. The session is not finished. Returns 0. On error, prints the error,
 * calls restore_keep() and returns -1.
 */
int restore_files(struct retrieved *retrieved, struct mapping *mapping);

/*
 * Keep the session after an error, in a holder process unless luoctl has received it
 * from one or from the service manager. Prints where it is, and closes it.
 */
void restore_keep(struct retrieved *retrieved);

/*
 * Execute the command with the files, and start a watcher that finishes the session when
 * the command is ready. On error, prints the error, keeps the session and returns the
 * exit status.
 */
int restore_exec(struct retrieved *retrieved, const struct mapping *mapping,
		 enum ready_when when, char **command);

#endif
