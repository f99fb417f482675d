/* SPDX-License-Identifier: GPL-2.0 */
/*
 * index - tell luoctl in the next kernel which sessions were saved in this one. The
 * kernel has no call that lists sessions, so luoctl could not distinguish a session that
 * was lost from one that was never saved.
 *
 * The index is a memfd in a separate session. It is written again whenever it changes,
 * so that it is in the versions that the write policy selects. There is an index only
 * if other sessions are saved, so that any kernel that can read them can read it too. In
 * the next kernel luoctl copies the index to notes in /run/luoctl.
 */
#ifndef LUOCTL_INDEX_H
#define LUOCTL_INDEX_H

#include "state.h"

#define INDEX_SESSION	"luoctl"

/*
 * Replace the index with one of the sessions that are saved now. Returns 0. On error,
 * prints the error and returns -1; the sessions themselves are not affected.
 */
int index_update(void);

/*
 * Copy the index of the previous kernel to NOTE_ARRIVED, once in a boot. Ignores errors,
 * and does nothing if there is no index.
 */
void index_arrive(void);

/* Check if the previous kernel has handed over an index. */
bool index_has_arrived(void);

/* A session that the previous kernel had saved. */
struct arrived {
	u64 when;		/* the time of the save, in seconds; 0 if unknown */
	bool ended;		/* ended before the kexec, so it was not handed over */
	char *files;		/* "a, b" */
};

/*
 * Find a session in the index of the previous kernel. Returns false if it has none of
 * that name. The caller frees @arrived->files.
 */
bool index_find(const char *session, struct arrived *arrived);

#endif
