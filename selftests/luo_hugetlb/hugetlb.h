/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_HUGETLB_H
#define SELFTESTS_LUO_HUGETLB_H

#include <stdbool.h>
#include <sys/types.h>

#define MAX_NODES	4

/**
 * struct counts - The huge pages of one size, of all nodes and of each.
 * @nr:       HugePages_Total, and the same below.
 * @free:     HugePages_Free.
 * @surplus:  HugePages_Surp.
 * @reserved: HugePages_Rsvd, of which there is only a number for all nodes.
 */
struct counts {
	long nr[MAX_NODES + 1];
	long free[MAX_NODES + 1];
	long surplus[MAX_NODES + 1];
	long reserved;
};

/* The size of a huge page in bytes: $HUGE_KB, or that of 2 MiB. */
size_t huge_size(void);

/* Read the counts, print them, and compare them. */
struct counts counts_read(void);
void counts_print(const char *when, const struct counts *counts);
bool counts_same(const struct counts *a, const struct counts *b);

/* Create an empty memfd of huge pages; exit on failure. */
int huge_memfd(const char *name);

/* Mount a hugetlbfs and create a file on it. Exit on failure. */
int huge_file(const char *name, bool unlinked);

/* Write a page of a file through a mapping, with the content of a seed. */
bool huge_write(int fd, unsigned long page, unsigned long seed);

/* Check the whole content of a page with read(), which does not fill a hole. */
bool huge_matches(int fd, unsigned long page, unsigned long seed);

/* Reserve pages for a range of a file, as mmap() does; or free the pages of a range. */
bool huge_reserve(int fd, unsigned long page, unsigned long nr);
bool huge_punch(int fd, unsigned long page, unsigned long nr);

/* Return the page frame of a page that is there, by 4 KiB. 0 on failure. */
unsigned long huge_frame(int fd, unsigned long page);

/* Return the number of huge pages that a file has; -1 on failure. */
long huge_present(int fd);

#endif
