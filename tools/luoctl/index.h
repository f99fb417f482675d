/* SPDX-License-Identifier: GPL-2.0 */
/*
 * index - which sessions luoctl has saved, for the next kernel: the kernel has no call
 * that lists sessions, and so nothing that tells a session that was lost from one that
 * never was.
 *
 * The index is a memfd in a session of luoctl itself. It is made anew whenever it
 * changes, so that it is written in the versions that the write policy selects, and
 * there is none unless another session goes along: a kernel that reads that one reads
 * the index. In the next kernel luoctl takes it into notes in /run/luoctl.
 */
#ifndef LUOCTL_INDEX_H
#define LUOCTL_INDEX_H

#include "state.h"

#define INDEX_SESSION	"luoctl"

/*
 * Write the index for what is saved now. Complains and returns -1 if it cannot: what is
 * saved is not concerned.
 */
int index_update(void);

/*
 * Take the index of the previous kernel into NOTE_ARRIVED, once in a boot. Says nothing
 * if it cannot, or if there is none.
 */
void index_arrive(void);

/* Has the previous kernel handed over an index? */
bool index_has_arrived(void);

/* A session that the previous kernel had saved. */
struct arrived {
	u64 when;		/* the time of the save, in seconds; 0 if unknown */
	bool ended;		/* it had ended before the kexec */
	char *files;		/* "a, b" */
};

/* Returns false if the index has none of that name. @arrived->files is to be freed. */
bool index_find(const char *session, struct arrived *arrived);

#endif
