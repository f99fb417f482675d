// SPDX-License-Identifier: GPL-2.0
/* Reads what the kernel reports about memory, and sets a few of its parameters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "memory.h"

#define MEMINFO		"/proc/meminfo"
#define SHMEM_ENABLED	"/sys/kernel/mm/transparent_hugepage/shmem_enabled"
#define REST_TRIES	20
#define REST_USECS	50000
#define REST_KIB	64

static FILE *open_or_exit(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (!file)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	return file;
}

long file_get_word(const char *path, const char *word)
{
	FILE *file = open_or_exit(path, "r");
	char name[64];
	long value;

	while (fscanf(file, "%63s %ld%*[^\n]", name, &value) == 2) {
		if (strcmp(name, word))
			continue;
		fclose(file);
		return value;
	}
	ksft_exit_fail_msg("%s has no %s\n", path, word);
}

long meminfo(const char *name)
{
	char word[64];

	/* Update the counters of zones from those of each CPU. */
	file_set("/proc/sys/vm/stat_refresh", 1);
	snprintf(word, sizeof(word), "%s:", name);
	return file_get_word(MEMINFO, word);
}

long file_get(const char *path)
{
	FILE *file = open_or_exit(path, "r");
	long value;

	if (fscanf(file, "%ld", &value) != 1)
		ksft_exit_fail_msg("%s: not a number\n", path);
	fclose(file);
	return value;
}

void file_set(const char *path, long value)
{
	FILE *file = open_or_exit(path, "w");

	fprintf(file, "%ld\n", value);
	if (fclose(file))
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
}

void shmem_enable_huge(const char *value)
{
	FILE *file = open_or_exit(SHMEM_ENABLED, "w");

	fputs(value, file);
	if (fclose(file))
		ksft_exit_fail_msg("%s: %s\n", SHMEM_ENABLED, strerror(errno));
}

/* Return the free pages in the lists of each CPU, which MemFree does not count. */
static long processors_free(void)
{
	FILE *file = open_or_exit("/proc/zoneinfo", "r");
	char line[128];
	long pages, sum = 0;

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " count: %ld", &pages) == 1)
			sum += pages;
	fclose(file);
	return sum * (sysconf(_SC_PAGESIZE) / 1024);
}

long memory_free(void)
{
	long now, before = 0;

	for (int i = 0; i < REST_TRIES; i++) {
		sync();
		file_set("/proc/sys/vm/drop_caches", 3);
		usleep(REST_USECS);
		now = meminfo("MemFree") + processors_free();
		if (labs(now - before) < REST_KIB)
			break;
		before = now;
	}
	return now;
}

bool free_memory_is_exact(void)
{
	const char *flavour = getenv("FLAVOUR");

	return !flavour || strcmp(flavour, "debug");
}

bool memory_same(long before_kib, long after_kib, long slack_kib)
{
	if (labs(after_kib - before_kib) < slack_kib || !free_memory_is_exact())
		return true;
	ksft_print_msg("%ld KiB and %ld KiB are not the same\n", before_kib, after_kib);
	return false;
}
