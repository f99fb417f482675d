/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report - the output of check, negotiate and kexec: first sessions and objects that
 * would be lost, then the files of the sessions, and last the table of formats.
 */
#ifndef LUOCTL_REPORT_H
#define LUOCTL_REPORT_H

#include "json.h"
#include "stakes.h"

/* Reports of what survives a kexec from one kernel to another. */
struct report {
	const struct catalogue *from;
	const struct catalogue *to;
	struct verdicts verdicts;
	bool live;		/* @from is the running kernel */
	struct stored stored;	/* empty if not @live */
	struct stakes stakes;	/* empty if not @live */
	bool foreign_load;	/* an image is loaded, but not by luoctl */
};

/* A warning about an image that was loaded by another program. */
#define REPORT_FOREIGN_LOAD						\
	"an image is loaded that luoctl has not loaded: cannot tell whether data survives it; with kexec -c -l, nothing does; luoctl abort unloads it"

/* Judge the formats, and the data that exists if @from is the running kernel. */
void report_make(struct report *report, const struct catalogue *from,
		 const struct catalogue *to);
void report_free(struct report *report);

void report_print(const struct report *report);
/* Print only the table of formats. */
void report_print_formats(const struct report *report);
/* Write members to the object that is open. */
void report_json(struct json *json, const struct report *report);

/* Get the exit status: EXIT_LOSS, EXIT_DONE, or EXIT_FAILED if unknown, with an error. */
int report_exit(const struct report *report);

/* Format a size as "158 MiB" or "7 bytes". The caller frees the text. */
char *report_size(u64 size);

#endif
