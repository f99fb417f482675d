// SPDX-License-Identifier: GPL-2.0
/*
 * fill_memory COMMAND...
 *
 * Write to all free memory, except for some that other programs need, and run the command.
 * If memory with an owner was allocated again, either this program or the owner finds wrong
 * bytes in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kselftest.h"

#define CHUNK		(1024UL * 1024)
#define LEFT_KIB	(96UL << 10)
#define NOISE		0x5bd1e995a5a5a5a5UL

static unsigned long free_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	if (!file)
		ksft_exit_fail_perror("/proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %lu", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

static size_t fill(unsigned long *memory, size_t size)
{
	size_t done, i;

	for (done = 0; done < size && free_kib() > LEFT_KIB; done += CHUNK) {
		unsigned long *words = memory + done / sizeof(*words);

		for (i = 0; i < CHUNK / sizeof(*words); i++)
			words[i] = NOISE ^ (done + i);
	}
	return done;
}

static bool is_filled(const unsigned long *memory, size_t size)
{
	size_t done, i;

	for (done = 0; done < size; done += CHUNK) {
		const unsigned long *words = memory + done / sizeof(*words);

		for (i = 0; i < CHUNK / sizeof(*words); i++)
			if (words[i] != (NOISE ^ (done + i)))
				return false;
	}
	return true;
}

int main(int argc, char *argv[])
{
	size_t size = free_kib() << 10;
	unsigned long *memory;
	int status;

	memory = mmap(NULL, size + CHUNK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (argc < 2 || memory == MAP_FAILED)
		ksft_exit_fail_perror("fill_memory");
	size = fill(memory, size);
	printf("# %zu MiB are filled, %lu KiB are left\n", size / CHUNK,
	       free_kib());
	fflush(stdout);

	if (!fork()) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait(&status);
	if (!is_filled(memory, size)) {
		printf("# another owner has written to memory that was free\n");
		return 1;
	}
	return !WIFEXITED(status) || WEXITSTATUS(status);
}
