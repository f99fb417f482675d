/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stored - the data on this machine that a kexec would hand over or lose: sessions,
 * objects for the next kernel, and unclaimed data of the previous kernel.
 */
#ifndef LUOCTL_STORED_H
#define LUOCTL_STORED_H

#include "running.h"
#include "sessions.h"

struct stored {
	bool records_known;	/* if false, any kind may have objects */
	struct records records;	/* with fields, if these contain a name */
	bool sessions_known;	/* if false, processes of other users may hold more */
	struct sessions sessions;
	char **ended;		/* sessions that luoctl saved and no process holds */
	bool unclaimed_known;
	struct unclaimed unclaimed;
};

void stored_read(struct stored *stored);
void stored_free(struct stored *stored);

/* Get "pkram/NODE", or "KIND/INSTANCE". The caller frees the text. */
char *stored_name(const struct record *record);

/* Check if the session is outgoing, or may be. */
bool stored_is_outgoing(const struct session *session);

#endif
