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

enum fate {
	FATE_SURVIVES,
	FATE_LEFT,		/* is lost, and said to be optional */
	FATE_UNKNOWN,		/* may be lost */
	FATE_LOST,
};

struct verdict {
	char name[LUO_OBJECT_KIND_LEN];
	bool is_kind;
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

/* @stored is what is stored already in the kernel @from, or NULL. */
void judge(const struct catalogue *from, const struct catalogue *to,
	   const struct records *stored, struct verdicts *verdicts);
void verdicts_free(struct verdicts *verdicts);

/* How many may be lost, and more is not known. */
unsigned int verdicts_unknown(const struct verdicts *verdicts);

/* How many are lost, other than those of the names in @accepted. */
unsigned int verdicts_lost(const struct verdicts *verdicts,
			   char *const *accepted, size_t nr_accepted);

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
