/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_MEMORY_H
#define SELFTESTS_LUO_LIB_MEMORY_H

#include <stdbool.h>

/* Return a line of /proc/meminfo, such as "MemFree", in KiB. Exits if there is none. */
long meminfo(const char *name);

/*
 * Return the free memory in KiB when it no longer changes, including memory that is
 * freed late and memory in the caches of CPUs and file systems.
 */
long memory_free(void);

/* Check whether memory_free() shows all freed memory. Under KASAN it does not. */
bool free_memory_is_exact(void);

/*
 * Check that two amounts in KiB differ by less than @slack_kib. Always true if
 * memory_free() is not exact.
 */
bool memory_same(long before_kib, long after_kib, long slack_kib);

/* Read a number from a file of proc or sysfs, or write it. Exit on failure. */
long file_get(const char *path);
void file_set(const char *path, long value);

/* Set whether shmem allocates huge pages: "always", "never". Exits on failure. */
void shmem_enable_huge(const char *value);

/* Read the number that follows a word in a file such as vmstat or memory.stat. */
long file_get_word(const char *path, const char *word);

#endif
