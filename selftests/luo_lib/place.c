// SPDX-License-Identifier: GPL-2.0
/* Where pages are in memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "pattern.h"
#include "place.h"

/* From Linux 7.4 on, the scratch areas are called bootmem. */
#define KHO_OUT		"/sys/kernel/debug/kho/out/"
#define SCRATCH(what)	(access(KHO_OUT "bootmem_" what, F_OK) ?	\
			 KHO_OUT "scratch_" what : KHO_OUT "bootmem_" what)
#define MAX_SCRATCH	16
#define PRESENT		0x7fffffffffffffUL	/* the frame in a pagemap entry */

unsigned long place_of(const void *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	unsigned long entry;

	if (pread(fd, &entry, sizeof(entry),
		  (unsigned long)addr / PAGE * sizeof(entry)) != sizeof(entry))
		ksft_exit_fail_perror("pagemap");
	close(fd);
	return (entry & PRESENT) * PAGE;
}

static int read_numbers(const char *path, unsigned long *numbers)
{
	FILE *file = fopen(path, "r");
	int count = 0;

	if (!file)
		ksft_exit_fail_perror(path);
	while (count < MAX_SCRATCH &&
	       fscanf(file, "%li", (long *)&numbers[count]) == 1)
		count++;
	fclose(file);
	return count;
}

bool place_in_scratch(unsigned long phys)
{
	unsigned long start[MAX_SCRATCH], len[MAX_SCRATCH];
	int count = read_numbers(SCRATCH("phys"), start);

	if (read_numbers(SCRATCH("len"), len) != count || !count)
		ksft_exit_fail_msg("scratch areas: cannot be read\n");
	for (int i = 0; i < count; i++)
		if (phys >= start[i] && phys - start[i] < len[i])
			return true;
	return false;
}

/* A zone begins with "Node 0, zone Movable", and "start_pfn" is its last line. */
bool place_in_zone(unsigned long phys, const char *zone)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	unsigned long start, spanned = 0;
	char line[128], name[32] = "";
	bool found = false;

	if (!file)
		ksft_exit_fail_perror("/proc/zoneinfo");
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %*d, zone %31s", name) == 1)
			spanned = 0;
		sscanf(line, " spanned %lu", &spanned);
		if (sscanf(line, " start_pfn: %lu", &start) == 1)
			found = !strcmp(name, zone) && phys / PAGE >= start &&
				phys / PAGE - start < spanned;
	}
	fclose(file);
	return found;
}
