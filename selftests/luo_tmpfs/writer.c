// SPDX-License-Identifier: GPL-2.0
/*
 * writer start DIRECTORY - write to the tree until the kexec
 * writer check DIRECTORY - what was written must be there
 *
 * A process appends to a file, and creates, renames and deletes files. After each round
 * it counts in a page that is mapped, which is handed over in place. A call that returned
 * before the kexec must not be lost, so what the count says must be there.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"

#define PAGE	4096
#define KEPT	10

static volatile unsigned long *map_count(void)
{
	int fd = open("count", O_RDWR | O_CREAT, 0600);
	void *count;

	if (fd < 0 || ftruncate(fd, PAGE))
		ksft_exit_fail_perror("count");
	count = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (count == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return count;
}

static void write_round(int log, unsigned long i)
{
	char name[32], old[32];

	snprintf(name, sizeof(name), "new%lu", i);
	close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0600));
	snprintf(old, sizeof(old), "file%lu", i);
	if (rename(name, old))
		ksft_exit_fail_perror("rename");
	if (i > KEPT) {
		snprintf(old, sizeof(old), "file%lu", i - KEPT);
		if (unlink(old))
			ksft_exit_fail_perror("unlink");
	}
	if (write(log, &i, sizeof(i)) != sizeof(i))
		ksft_exit_fail_perror("write");
}

static void start(void)
{
	volatile unsigned long *count = map_count();
	int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (fork())
		return;
	for (unsigned long i = 1;; i++) {
		write_round(log, i);
		*count = i;
	}
}

static void check(void)
{
	unsigned long count = *map_count(), last = 0, i;
	int log = open("log", O_RDONLY);
	char name[32];

	while (read(log, &i, sizeof(i)) == sizeof(i)) {
		if (i != last + 1)
			ksft_exit_fail_msg("%lu follows %lu\n", i, last);
		last = i;
	}
	printf("# %lu rounds were counted, %lu are in the log\n", count, last);
	if (!count || last < count)
		ksft_exit_fail_msg("a write is lost\n");
	for (i = count > KEPT ? count - KEPT + 2 : 1; i <= count; i++) {
		snprintf(name, sizeof(name), "file%lu", i);
		if (access(name, F_OK))
			ksft_exit_fail_perror(name);
	}
	if (count > KEPT) {
		snprintf(name, sizeof(name), "file%lu", count - KEPT);
		if (!access(name, F_OK))
			ksft_exit_fail_msg("%s was deleted\n", name);
	}
}

int main(int argc, char *argv[])
{
	if (argc != 3 || chdir(argv[2]))
		ksft_exit_fail_msg("writer start|check DIRECTORY\n");
	if (!strcmp(argv[1], "start"))
		start();
	else
		check();
	return 0;
}
