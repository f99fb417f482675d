/* SPDX-License-Identifier: GPL-2.0 */
/*
 * judge - find the formats that one kernel writes and another one reads. stakes.h
 * applies the verdicts to the data that exists.
 *
 * Each format has a name, with which --accept accepts its loss: kho (without it nothing
 * is handed over), luo (no files), luo-objects (no objects), a kind, or the string of a
 * file handler.
 */
#ifndef LUOCTL_JUDGE_H
#define LUOCTL_JUDGE_H

#include "catalogue.h"

enum fate {
	FATE_SURVIVES,
	FATE_NOTHING,		/* there is no data in this format */
	FATE_LEFT,		/* lost, but declared optional */
	FATE_UNKNOWN,		/* may be lost */
	FATE_LOST,
};

struct verdict {
	char name[LUO_OBJECT_KIND_LEN];
	bool is_kind;
	bool is_elements;	/* a kind that has no objects: those that lead to it are judged */
	bool is_handler;	/* a file handler other than those of carriers */
	const char *stores;	/* the kind of the objects that such a handler stores, or NULL */
	enum fate fate;
	char *written;		/* strings or versions; NULL for none */
	char *read;
	bool has_common;
	u32 common;		/* the newest version that both have */
	char *why;		/* a sentence; NULL if it survives */
};

struct verdicts {
	struct verdict *verdicts;
	size_t nr;
};

/* Judge the formats, without regard to the data that exists. */
void judge(const struct catalogue *from, const struct catalogue *to,
	   struct verdicts *verdicts);
void verdicts_free(struct verdicts *verdicts);
size_t verdicts_count(const struct verdicts *verdicts, enum fate fate);

/*
 * Find the worst of the verdicts on @names, an array that ends with NULL. Returns NULL
 * if none is worse than FATE_LEFT.
 */
const struct verdict *verdicts_worst(const struct verdicts *verdicts,
				     const char *const *names);

/* Check if @to reads a version of @from's kind in the same layout. */
bool judge_reads(const struct catalogue *from, const struct catalogue *to,
		 const struct kind *kind, u32 version);

/* Check if @to reads every version that @from may have stored. */
bool judge_reads_all(const struct catalogue *from, const struct catalogue *to,
		     const struct kind *kind);

/*
 * List the versions of the kind that @to reads, as "1, 0". The caller frees the text.
 * Returns NULL if there are none.
 */
char *judge_list_read(const struct catalogue *from, const struct catalogue *to,
		      const struct kind *kind);

/*
 * Explain in a sentence which elements of an object in @version @to does not read, so that
 * it does not load the object. The caller frees the text. Returns NULL if it reads all.
 */
char *judge_elements(const struct catalogue *from, const struct catalogue *to,
		     const struct kind *kind, u32 version);

/*
 * Find the newest version of a kind that @from can write and that @to reads, in the same
 * layout and with all elements. Returns NULL if there is none.
 */
const struct version *judge_newest_common(const struct catalogue *from,
					  const struct catalogue *to,
					  const struct kind *kind);

#endif
