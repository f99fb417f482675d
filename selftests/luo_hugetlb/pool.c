// SPDX-License-Identifier: GPL-2.0
/*
 * pool save NR...        preserve a file with NR pages for each argument, in one session,
 *                        and keep it; "NR:NODE" allocates on a node
 * pool retrieve NR...    retrieve the first files, check that they have NR pages and their
 *                        contents, keep them, and finish the session
 * pool refuse ERRNO [ro] try to preserve a file, open for reading only with "ro"
 * pool retry ERRNO       try to retrieve the first file, finish the session
 *
 * For tests that read the counts of the pool themselves.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/mempolicy.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"
#include "hugetlb.h"

static int fail(const char *what)
{
	printf("# %s: %s\n", what, strerror(errno));
	return 1;
}

/* Allocate the pages of this task on one node, or anywhere. */
static int set_node(long node)
{
	unsigned long mask = node < 0 ? 0 : 1UL << node;

	return syscall(SYS_set_mempolicy, node < 0 ? MPOL_DEFAULT : MPOL_BIND,
		       node < 0 ? NULL : &mask, node < 0 ? 0 : 8 * sizeof(mask));
}

static int save(int argc, char *argv[])
{
	int session = session_create("pool");

	for (int i = 0; i < argc; i++) {
		char *colon = strchr(argv[i], ':');
		long nr = atol(argv[i]);
		int fd = huge_memfd("pool");

		if (ftruncate(fd, nr * huge_size()) ||
		    (colon && set_node(atol(colon + 1))))
			return fail(argv[i]);
		for (long page = 0; page < nr; page++)
			if (!huge_write(fd, page, i + 1))
				return fail("mmap");
		if (colon && set_node(-1))
			return fail(argv[i]);
		session_preserve(session, fd, i);
	}
	session_hold();
	return 0;
}

/* Start a process that keeps the files, and write its number to a file. */
static int hold(const char *path)
{
	FILE *file = fopen(path, "w");
	pid_t pid = fork();

	if (!file || pid < 0)
		return fail(path);
	if (pid) {
		fprintf(file, "%d\n", pid);
		return fclose(file) ? fail(path) : 0;
	}
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (;;)
		pause();
}

static int retrieve(int argc, char *argv[])
{
	int session = session_retrieve("pool");

	for (int i = 0; i < argc; i++) {
		long nr = atol(argv[i]);
		int fd = session_retrieve_file(session, i);

		if (huge_present(fd) != nr)
			return fail("number of pages");
		for (long page = 0; page < nr; page++)
			if (!huge_matches(fd, page, i + 1))
				return fail("contents");
	}
	session_finish(session);
	return hold("/tmp/holder");
}

/* Return the number of an error by its name. */
static int by_name(const char *name)
{
	static const struct { const char *name; int number; } names[] = {
		{ "EBUSY", EBUSY }, { "EOPNOTSUPP", EOPNOTSUPP },
		{ "ENOENT", ENOENT }, { "EHWPOISON", EHWPOISON },
		{ "ENOSPC", ENOSPC }, { "EBADMSG", EBADMSG },
		{ "ENODEV", ENODEV }, { "EEXIST", EEXIST },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i].name))
			return names[i].number;
	return 0;
}

static int expect(int err, const char *name)
{
	if (err == -by_name(name))
		return 0;
	printf("# expected %s, got %d: %s\n", name, err, strerror(-err));
	return 1;
}

static int refuse(int argc, char *argv[])
{
	int session = session_create("refused"), fd = huge_memfd("refused");
	char path[32];

	if (ftruncate(fd, huge_size()) || !huge_write(fd, 0, 1))
		return fail("refused");
	if (argc > 1) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			return fail("open");
	}
	return expect(luo_session_preserve_fd(session, fd, 0), argv[0]);
}

static int retry(int argc, char *argv[])
{
	int session = session_retrieve("pool");
	int err = luo_session_retrieve_fd(session, 0);

	session_finish(session);
	return expect(err < 0 ? err : 0, argv[0]);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "save"))
		return save(argc - 2, argv + 2);
	if (!strcmp(what, "retrieve"))
		return retrieve(argc - 2, argv + 2);
	if (!strcmp(what, "refuse") && argc > 2)
		return refuse(argc - 2, argv + 2);
	if (!strcmp(what, "retry") && argc > 2)
		return retry(argc - 2, argv + 2);
	return 2;
}
