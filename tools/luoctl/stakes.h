/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stakes - what becomes of what exists: each session, each object of the kernel, and
 * what the previous kernel left. The verdicts on formats say what the next kernel
 * reads; this says what that means for what is stored here.
 */
#ifndef LUOCTL_STAKES_H
#define LUOCTL_STAKES_H

#include "judge.h"
#include "stored.h"

#define ACCEPT_UNCLAIMED	"unclaimed"
#define ACCEPT_SESSION		"session:"

struct stake {
	char *name;		/* "session:cache", "pkram/node", "unclaimed" */
	const char *cause;	/* the verdict that decided, or NULL */
	enum fate fate;
	char *why;		/* a sentence, unless it arrives */
	const struct session *session;	/* or NULL */
};

struct stakes {
	/* Sessions that arrive are here too; of objects, those that do not. */
	struct stake *stakes;
	size_t nr;
	size_t nr_sessions;	/* that go to the next kernel */
	size_t nr_objects;	/* of the kernel, whatever becomes of them */
};

/*
 * Find out what becomes of @stored. Verdicts on kinds of which nothing is stored
 * become FATE_NOTHING.
 */
void stakes_find(const struct catalogue *from, const struct catalogue *to,
		 const struct stored *stored, struct verdicts *verdicts,
		 struct stakes *stakes);
/* What is lost with any kexec, or has been. */
void stakes_find_here(const struct stored *stored, struct stakes *stakes);
void stakes_free(struct stakes *stakes);

size_t stakes_count(const struct stakes *stakes, enum fate fate);

/* Does @name, an argument of --accept, mean the stake? */
bool stake_is_named(const struct stake *stake, const char *name);

/* Exit status: EXIT_LOSS, EXIT_FAILED with a complaint if unknown, or EXIT_DONE. */
int stakes_exit(const struct stakes *stakes);

#endif
