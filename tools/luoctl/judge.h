/* SPDX-License-Identifier: GPL-2.0 */
/*
 * judge - which formats survive the way from one kernel to another. What becomes of
 * what exists follows from that, in stakes.
 *
 * Each thing that is judged has a name, by which its loss can be accepted: kho
 * (without which nothing is handed over), luo (no files), luo-objects (no
 * objects), a kind, or the string of a file handler.
 */
#ifndef LUOCTL_JUDGE_H
#define LUOCTL_JUDGE_H

#include "catalogue.h"

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

/* By the formats alone, whatever exists. */
void judge(const struct catalogue *from, const struct catalogue *to,
	   struct verdicts *verdicts);
void verdicts_free(struct verdicts *verdicts);
size_t verdicts_count(const struct verdicts *verdicts, enum fate fate);

/*
 * The worst of those of the names, an array that ends with NULL, that says more than
 * FATE_LEFT. NULL if none does.
 */
const struct verdict *verdicts_worst(const struct verdicts *verdicts,
				     const char *const *names);

/* Does @to read a version of @from's kind, in the same layout? */
bool judge_reads(const struct catalogue *from, const struct catalogue *to,
		 const struct kind *kind, u32 version);

/* Does @to read every version that @from may have stored? */
bool judge_reads_all(const struct catalogue *from, const struct catalogue *to,
		     const struct kind *kind);

/* "1, 0": the versions of the kind that @to reads; to be freed. NULL for none. */
char *judge_list_read(const struct catalogue *from, const struct catalogue *to,
		      const struct kind *kind);

/*
 * The newest version of @from's kind that it may write and @to reads, in the
 * same layout. NULL if there is none.
 */
const struct version *judge_newest_common(const struct catalogue *to,
					  const struct kind *from);

#endif
