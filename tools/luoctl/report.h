/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report - what check, negotiate and kexec say: sessions first, then their files, then
 * what the kernel has, and last the formats from which that follows.
 */
#ifndef LUOCTL_REPORT_H
#define LUOCTL_REPORT_H

#include "json.h"
#include "stakes.h"

/* Two kernels, and what is known of the way from one to the other. */
struct report {
	const struct catalogue *from;
	const struct catalogue *to;
	struct verdicts verdicts;
	bool live;		/* @from runs; the next two are empty otherwise */
	struct stored stored;
	struct stakes stakes;
	bool foreign_load;	/* an image is loaded, and not by luoctl */
};

/* What an image that luoctl has not loaded may do to what exists. */
#define REPORT_FOREIGN_LOAD						\
	"an image is loaded that luoctl has not loaded: cannot tell whether it takes anything along, and one that was loaded with kexec -c -l does not; luoctl abort unloads it"

/* Judge, with what exists if @from is the kernel that runs. */
void report_make(struct report *report, const struct catalogue *from,
		 const struct catalogue *to);
void report_free(struct report *report);

void report_print(const struct report *report);
/* The table of formats alone. */
void report_print_formats(const struct report *report);
/* Members of the object that @json is in. */
void report_json(struct json *json, const struct report *report);

/* Exit status: EXIT_LOSS, EXIT_FAILED with a complaint if unknown, or EXIT_DONE. */
int report_exit(const struct report *report);

/* "158 MiB", "7 bytes"; to be freed. */
char *report_size(u64 size);

#endif
