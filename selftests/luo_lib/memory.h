/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_MEMORY_H
#define SELFTESTS_LUO_MEMFD_MEMORY_H

#include <stdbool.h>

/* A line of /proc/meminfo in KiB: "MemFree", "Shmem". Exits where missing. */
long meminfo(const char *name);

/*
 * Return the free memory in KiB when it no longer changes, including memory that is
 * freed late and memory in the caches of CPUs and file systems.
 */
long memory_free(void);

/* Check whether memory_free() shows all freed memory. Under KASAN it does not. */
bool free_memory_is_exact(void);

/* Are these, in KiB, the same but for a little less than @slack_kib, if it tells? */
bool memory_same(long before_kib, long after_kib, long slack_kib);

/* A number in a file of proc or sysfs, or written to it. Exit on failure. */
long file_get(const char *path);
void file_set(const char *path, long value);

/* Whether shmem allocates huge pages: "always", "never". Exits on failure. */
void shmem_enable_huge(const char *value);

/* A number behind a word in a file such as vmstat or memory.stat. */
long file_get_word(const char *path, const char *word);

#endif
