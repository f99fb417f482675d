/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_BENCH_WORK_H
#define SELFTESTS_BENCH_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../luo_lib/figure.h"

/**
 * struct work - The files of one measurement.
 * @name:        As it is called on the command line.
 * @file_size:   Of each file; 0 is one file for all.
 * @step:        One page in @step is allocated.
 * @interleaved: In memory, the pages lie between those of another file.
 * @reused:      Its pages were those of a file that is gone.
 * @huge:        In huge pages.
 * @late:        So many pages are added after the files were preserved.
 * @label:       What figures call it.
 * @kib:         Of all files together.
 * @nr:          How many files there are.
 * @size:        Of each of them.
 * @fds:         The files, and behind them the other one, or -1.
 * @maps:        Where each is mapped, or NULL.
 */
struct work {
	const char *name;
	size_t file_size;
	size_t step;
	bool interleaved;
	bool reused;
	bool huge;
	unsigned int late;

	const char *label;
	unsigned long kib;
	int nr;
	size_t size;
	int *fds;
	char **maps;
};

/*
 * The work of a name, without files, in a size: MiB, or KiB where it ends in K.
 * The name may be followed by a colon and what figures are to call it. Exits if
 * there is no such work.
 */
struct work work_new(const char *name, const char *size);

/* Makes the files and writes their pages. */
void work_create(struct work *work);

/* Writes the late pages, if the work has any, into holes all over the files. */
void work_add_late(const struct work *work);

/* Frees what has come into the holes. */
void work_punch(const struct work *work);

/* Maps the files, and reads each of their pages: is it what was written? */
void work_map(struct work *work);
bool work_read(const struct work *work);

/* Preserves the files in a session, or retrieves them. */
void work_preserve(const struct work *work, int session);
void work_retrieve(struct work *work, int session);

/* Closes the files. */
void work_end(struct work *work);

/* Pages that were written, and memory in bytes that the files hold. */
unsigned long work_pages(const struct work *work);
long work_memory(const struct work *work);

/* Pages that the kernel has moved in memory, of whatever file. */
long work_moved(void);

/* Prints a figure of it, or the instructions since the counter was @start. */
void work_figure(const struct work *work, const char *name, long value, const char *unit);
void work_figure_since(const struct work *work, const char *name, uint64_t start);

#endif
