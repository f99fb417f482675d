/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stored - what exists on this machine that a kexec would hand over, or would lose:
 * sessions, objects for the next kernel, and what the previous kernel left.
 */
#ifndef LUOCTL_STORED_H
#define LUOCTL_STORED_H

#include "running.h"
#include "sessions.h"

struct stored {
	bool records_known;	/* else any kind may have objects */
	struct records records;	/* with fields where a name is among them */
	bool sessions_known;	/* else processes of other users may have some */
	struct sessions sessions;
	char **ended;		/* sessions that luoctl saved and no process has */
	bool unclaimed_known;
	struct unclaimed unclaimed;
};

void stored_read(struct stored *stored);
void stored_free(struct stored *stored);

/* "pkram/NODE", or "KIND/INSTANCE"; to be freed. */
char *stored_name(const struct record *record);

/* Will the session go to the next kernel, as far as is known? */
bool stored_is_outgoing(const struct session *session);

#endif
