/* SPDX-License-Identifier: GPL-2.0 */
/*
 * judge - what survives the way from one kernel to another.
 *
 * Each thing that is judged has a name, by which its loss can be accepted: kho
 * (without which nothing is handed over), luo (no files), luo-objects (no
 * objects), a kind, or the string of a file handler.
 */
#ifndef LUOCTL_JUDGE_H
#define LUOCTL_JUDGE_H

#include "catalogue.h"
#include "json.h"
#include "running.h"
#include "sessions.h"

enum fate {
	FATE_SURVIVES,
	FATE_NOTHING,		/* nothing of it is stored */
	FATE_LEFT,		/* is lost, and said to be optional */
	FATE_UNKNOWN,		/* may be lost */
	FATE_LOST,
};

struct verdict {
	char name[LUO_OBJECT_KIND_LEN];
	bool is_kind;
	bool is_handler;	/* of files, which belongs to no kind */
	enum fate fate;
	char *written;		/* strings or versions; NULL for none */
	char *read;
	bool has_common;
	u32 common;		/* the newest version that both have */
	char *why;		/* a sentence, unless it survives */
};

struct verdicts {
	struct verdict *verdicts;
	size_t nr;
};

/* What the kernel @from will hand over, as far as it is known. */
struct stored {
	bool known;		/* else all it can write is supposed to be there */
	struct records records;
	struct sessions sessions;
};

void stored_read(struct stored *stored);
void stored_free(struct stored *stored);

/* @stored is NULL if nothing is known of what @from has. */
void judge(const struct catalogue *from, const struct catalogue *to,
	   const struct stored *stored, struct verdicts *verdicts);
void verdicts_free(struct verdicts *verdicts);

/* How many may be lost, and more is not known. */
unsigned int verdicts_unknown(const struct verdicts *verdicts);

/* How many are lost, other than those of the names in @accepted. */
unsigned int verdicts_lost(const struct verdicts *verdicts,
			   char *const *accepted, size_t nr_accepted);

/* Exit status: EXIT_LOSS, EXIT_FAILED with a complaint if unknown, or EXIT_DONE. */
int verdicts_exit(const struct verdicts *verdicts);

/*
 * One line that says whether all arrives, then a line for each session. @stored
 * is NULL if nothing is known of what is there.
 */
void verdicts_headline(const struct verdicts *verdicts,
		       const struct stored *stored);
/* The member "sessions". */
void stored_json(struct json *json, const struct stored *stored,
		 const struct verdicts *verdicts);

void verdicts_print(const struct catalogue *from, const struct catalogue *to,
		    const struct verdicts *verdicts);
/* Members of the object that @json is in. */
void verdicts_json(struct json *json, const struct catalogue *from,
		   const struct catalogue *to, const struct verdicts *verdicts);

/*
 * The newest version of @from's kind that it may write and @to reads, in the
 * same layout. NULL if there is none.
 */
const struct version *judge_newest_common(const struct catalogue *to,
					  const struct kind *from);

#endif
