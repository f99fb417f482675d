// SPDX-License-Identifier: GPL-2.0
/*
 * retrieve_fails save|check
 *
 * Retrieves files so that the call fails in the middle, because of ENOMEM or the limit
 * of a cgroup, or at its beginning, and retrieves some not at all. In each case a second
 * call returns the same error, and all memory is freed.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include <libliveupdate.h>

#include "cgroup.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define OVERCOMMIT	"/proc/sys/vm/overcommit_memory"
#define OVERCOMMIT_KIB	"/proc/sys/vm/overcommit_kbytes"
#define FILE_MAX	"/proc/sys/fs/file-max"
#define NOBODY		65534
#define SIZE_KIB	(64L << 10)
#define SLACK_KIB	1024

static const struct shape shape = {
	.name = "64 MiB",
	.size = SIZE_KIB << 10,
	.before = PAGES(0, 1, 1, SIZE_KIB / 4),
};

static const char *const names[] = {
	"half-way", "no file", "not at all", "limited", "charged",
};

static void save_files(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int session = session_create(names[i]);

		session_preserve(session, shape_create(&shape, 1), 0);
		ksft_test_result_pass("save %s\n", names[i]);
	}
}

static bool is_freed(const char *what, long before)
{
	long after = memory_free();

	ksft_print_msg("%s: free memory %ld KiB before, %ld KiB after\n", what,
		       before, after);
	return memory_same(before + SIZE_KIB, after, SLACK_KIB);
}

/* Limit the committed memory to the current amount and a quarter of the file. */
static int retrieve_without_memory(int session)
{
	long kbytes = meminfo("Committed_AS") + SIZE_KIB / 4;
	int fd;

	file_set(OVERCOMMIT_KIB, kbytes);
	file_set(OVERCOMMIT, 2);
	fd = luo_session_retrieve_fd(session, 0);
	file_set(OVERCOMMIT, 0);
	return fd;
}

/*
 * CVE-2026-43489: a retrieve that had failed could be retried, on memory that the first
 * try had freed.
 */
static void check_half_way(void)
{
	int session = session_retrieve(names[0]);
	long before = memory_free();
	int err = retrieve_without_memory(session);

	ksft_print_msg("half-way: %s\n", strerror(-err));
	ksft_test_result(err == -ENOMEM || err == -ENOSPC,
			 "half-way: retrieve fails\n");
	ksft_test_result(luo_session_retrieve_fd(session, 0) == err,
			 "half-way: CVE-2026-43489, a retry fails with the same error\n");
	ksft_test_result(!luo_session_finish(session),
			 "half-way: the session can be finished\n");
	close(session);
	ksft_test_result(is_freed("half-way", before),
			 "half-way: all memory is freed\n");
}

static int retrieve_as_nobody(int session)
{
	int status;

	if (!fork()) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(0);
		_exit(-luo_session_retrieve_fd(session, 0));
	}
	wait(&status);
	return -WEXITSTATUS(status);
}

static void check_no_file(void)
{
	int session = session_retrieve(names[1]);
	long before = memory_free(), file_max = file_get(FILE_MAX);
	int err;

	file_set(FILE_MAX, 0);
	err = retrieve_as_nobody(session);
	file_set(FILE_MAX, file_max);
	ksft_print_msg("no file: %s\n", strerror(-err));
	ksft_test_result(err == -ENFILE, "no file: retrieve fails\n");
	ksft_test_result(luo_session_retrieve_fd(session, 0) == err,
			 "no file: a retry fails with the same error\n");
	session_finish(session);
	ksft_test_result(is_freed("no file", before),
			 "no file: all memory is freed\n");
}

static void check_not_at_all(void)
{
	int session = session_retrieve(names[2]);
	long before = memory_free();

	session_finish(session);
	ksft_test_result(is_freed("not at all", before),
			 "not at all: all memory is freed\n");
}

/* Statistics of a group are delayed, and slightly inexact. */
static bool is_charged(long kib)
{
	long found = file_get_word(CGROUP "/memory.stat", "shmem") >> 10;

	ksft_print_msg("charged: %ld KiB\n", found);
	return labs(found - kib) < SLACK_KIB;
}

/* With a limit of half of the file, retrieve returns an error; no process is killed. */
static void check_limited(void)
{
	long before = memory_free(), shmem = meminfo("Shmem");
	int session = session_retrieve(names[3]);
	int err;

	cgroup_enter();
	file_set(CGROUP "/memory.max", SIZE_KIB << 9);
	err = luo_session_retrieve_fd(session, 0);
	ksft_print_msg("limited: %s\n", strerror(-err));
	ksft_test_result(err == -ENOMEM, "limited: retrieve fails\n");
	ksft_test_result(luo_session_retrieve_fd(session, 0) == err,
			 "limited: a retry fails with the same error\n");
	ksft_test_result(file_get_word(CGROUP "/memory.events", "oom_kill") == 0 &&
			 file_get_word(CGROUP "/memory.events", "max") > 0,
			 "limited: no process is killed\n");
	session_finish(session);
	ksft_test_result(is_charged(0) && meminfo("Shmem") == shmem,
			 "limited: no memory stays charged\n");
	cgroup_leave();
	cgroup_remove();
	ksft_test_result(is_freed("limited", before),
			 "limited: all memory is freed\n");
}

static void check_charged(void)
{
	long shmem = meminfo("Shmem"), before = memory_free();
	int session = session_retrieve(names[4]);
	int fd;

	cgroup_enter();
	fd = session_retrieve_file(session, 0);
	session_finish(session);
	ksft_test_result(is_charged(SIZE_KIB),
			 "charged: to the process that retrieves\n");
	ksft_test_result(meminfo("Shmem") - shmem == SIZE_KIB,
			 "charged: counted as shared memory\n");
	ksft_test_result(shape_check_blocks(&shape, fd, false) &&
			 shape_check(&shape, fd, 1, 0),
			 "charged: the file is unchanged\n");
	close(fd);
	ksft_test_result(is_freed("charged", before),
			 "charged: all memory is freed when it is closed\n");
	ksft_test_result(is_charged(0), "charged: no memory stays charged\n");
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? ARRAY_SIZE(names) : 18);
	if (first) {
		save_files();
		session_hold();
	} else {
		check_half_way();
		check_no_file();
		check_not_at_all();
		check_limited();
		check_charged();
	}
	ksft_finished();
}
