/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_BENCH_WORK_H
#define SELFTESTS_BENCH_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../luo_lib/figure.h"

/**
 * struct work - The files of one measurement.
 * @name:        Its name on the command line.
 * @file_size:   Size of each file in bytes; 0 for one file with all pages.
 * @step:        Every @step-th page is allocated.
 * @interleaved: In memory, the pages alternate with those of another file.
 * @reused:      The pages were those of a file that was deleted.
 * @huge:        Use huge pages.
 * @late:        Number of pages that are added after the files were preserved.
 * @label:       Its name in figures.
 * @kib:         Size of all files in KiB.
 * @nr:          Number of files.
 * @size:        Size of each file in bytes.
 * @fds:         The files, followed by the other file, or -1.
 * @maps:        Address at which each file is mapped, or NULL.
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
 * Return the work of a name, without files, and with a size in MiB, or in KiB with a K.
 * A colon and a label may follow the name. Exits if there is no such work.
 */
struct work work_new(const char *name, const char *size);

/* Create the files and write their pages. */
void work_create(struct work *work);

/* Write the late pages, if any, into holes all over the files. */
void work_add_late(const struct work *work);

/* Punch the holes again. */
void work_punch(const struct work *work);

/* Map the files. Read each page, and check its content. */
void work_map(struct work *work);
bool work_read(const struct work *work);

/* Preserve the files in a session, or retrieve them. */
void work_preserve(const struct work *work, int session);
void work_retrieve(struct work *work, int session);

/* Close the files. */
void work_end(struct work *work);

/* Return the number of pages that were written, and the memory of the files in bytes. */
unsigned long work_pages(const struct work *work);
long work_memory(const struct work *work);

/* Return the number of pages that the kernel has migrated, of any file. */
long work_moved(void);

/* Print a figure, or the number of instructions since the counter was @start. */
void work_figure(const struct work *work, const char *name, long value, const char *unit);
void work_figure_since(const struct work *work, const char *name, uint64_t start);

#endif
