// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at the guest from its host.
 *
 * inspect records DISK	- prints the number of records on the disk, which must be those of
 *			  the ticks 0, 1, 2... with an uptime that grows, and the last uptime
 * inspect corrupt MEMORY - changes one bit in a page of the guest's pattern
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../luo_lib/pattern.h"
#include "record.h"

/* The guest's page that is changed: any number that is smaller than the pages of a guest. */
#define VICTIM		1000

static int records(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct record record;
	uint64_t uptime = 0;
	unsigned long nr;

	if (fd < 0) {
		perror(path);
		return 1;
	}
	for (nr = 0; read(fd, &record, SECTOR) == SECTOR && record.magic; nr++) {
		if (record.magic == RECORD_MAGIC && record.tick == nr &&
		    record.uptime >= uptime) {
			uptime = record.uptime;
			continue;
		}
		fprintf(stderr, "# sector %lu: magic %#lx, tick %lu, uptime %lu after %lu\n",
			nr, record.magic, record.tick, record.uptime, uptime);
		return 1;
	}
	printf("%lu %lu\n", nr, uptime);

	return 0;
}

static int corrupt(const char *path)
{
	int fd = open(path, O_RDWR);
	unsigned char *memory;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		return 1;
	}
	memory = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		perror(path);
		return 1;
	}
	for (off_t at = 0; at < st.st_size; at += PAGE) {
		if (!pattern_matches(memory + at, PAGE, MEMORY_SEED, VICTIM))
			continue;
		memory[at + PAGE / 2] ^= 1;
		printf("# changed a bit of page %d at %#lx\n", VICTIM, at);
		return 0;
	}
	fprintf(stderr, "# %s: no page has the pattern\n", path);

	return 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (!strcmp(argv[1], "records"))
		return records(argv[2]);
	if (!strcmp(argv[1], "corrupt"))
		return corrupt(argv[2]);

	return 2;
}
