// SPDX-License-Identifier: GPL-2.0
/*
 * tree create DIRECTORY   - create empty files in a tmpfs, as many as NR
 * tree preserve DIRECTORY - preserve them for the next stage, and hold the session
 * tree retrieve DIRECTORY - retrieve them, and attach them there
 *
 * Prints the cost of each. The size of a figure is the number of files, 100K.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/figure.h"
#include "../luo_lib/kho.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"

#define NR		100000
#define PER_DIRECTORY	100
#define SESSION		"tree"
#define LEDGER		"/sys/kernel/luo_ledger/"

static void report(const char *name, long value, const char *unit)
{
	figure("tree", NR / 1000, name, value, unit, 0);
}

static void create(const char *directory)
{
	uint64_t start = counter();
	char name[32];
	int fd;

	if (chdir(directory))
		ksft_exit_fail_perror(directory);
	for (int i = 0; i < NR; i++) {
		sprintf(name, "d%d", i / PER_DIRECTORY);
		if (i % PER_DIRECTORY == 0 && mkdir(name, 0755))
			ksft_exit_fail_perror(name);
		sprintf(name, "d%d/file%d", i / PER_DIRECTORY, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0)
			ksft_exit_fail_perror(name);
		close(fd);
	}
	report("create", counter() - start, "instructions");
}

static void preserve(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	int session = session_create(SESSION);
	struct kho before = kho_read(), after;
	uint64_t start = counter();

	if (fd < 0)
		ksft_exit_fail_perror(directory);
	session_preserve(session, fd, 0);
	report("preserve", counter() - start, "instructions");
	after = kho_read();
	report("metadata", after.bytes - before.bytes, "bytes");
	session_hold();
}

static void retrieve(const char *directory)
{
	int session = session_retrieve(SESSION);
	uint64_t start = counter();
	int fd = session_retrieve_file(session, 0);
	struct stat stat;

	report("retrieve", counter() - start, "instructions");
	report("freeze", file_get(LEDGER "devices") - file_get(LEDGER "freeze"),
	       "instructions");
	session_finish(session);
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, directory, MOVE_MOUNT_F_EMPTY_PATH) ||
	    chdir(directory) || lstat("d999/file99999", &stat))
		ksft_exit_fail_perror(directory);
}

int main(int argc, char *argv[])
{
	if (argc != 3)
		ksft_exit_fail_msg("tree create|preserve|retrieve DIRECTORY\n");
	if (!strcmp(argv[1], "create"))
		create(argv[2]);
	else if (!strcmp(argv[1], "preserve"))
		preserve(argv[2]);
	else
		retrieve(argv[2]);

	return 0;
}
