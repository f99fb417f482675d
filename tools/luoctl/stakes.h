/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stakes - find the fate of the data that exists: of sessions, of objects, and of
 * unclaimed data of the previous kernel. It follows from the verdicts on the formats, see
 * judge.h.
 */
#ifndef LUOCTL_STAKES_H
#define LUOCTL_STAKES_H

#include "judge.h"
#include "stored.h"

#define ACCEPT_UNCLAIMED	"unclaimed"
#define ACCEPT_SESSION		"session:"

struct stake {
	char *name;		/* "session:cache", "pkram/node", "unclaimed" */
	const char *cause;	/* name of the verdict from which it follows, or NULL */
	enum fate fate;
	char *why;		/* a sentence; NULL if it survives */
	const struct session *session;	/* or NULL */
};

struct stakes {
	/* All sessions, and the objects that do not survive. */
	struct stake *stakes;
	size_t nr;
	size_t nr_sessions;	/* outgoing sessions */
	size_t nr_objects;	/* all objects that do not belong to files */
};

/*
 * Find the fate of @stored. Sets verdicts on kinds that have no objects to
 * FATE_NOTHING.
 */
void stakes_find(const struct catalogue *from, const struct catalogue *to,
		 const struct stored *stored, struct verdicts *verdicts,
		 struct stakes *stakes);
/* Find only data that any kexec would lose, or that is lost already. */
void stakes_find_here(const struct stored *stored, struct stakes *stakes);
void stakes_free(struct stakes *stakes);

size_t stakes_count(const struct stakes *stakes, enum fate fate);

/* Check if @name, an argument of --accept, accepts the loss of the stake. */
bool stake_is_named(const struct stake *stake, const char *name);

/* Get the exit status: EXIT_LOSS, EXIT_DONE, or EXIT_FAILED if unknown, with an error. */
int stakes_exit(const struct stakes *stakes);

#endif
