// SPDX-License-Identifier: GPL-2.0
/*
 * no_memory save|pass|check
 *
 * Each allocation of preserving and retrieving a file fails once, in turn: the call
 * fails with ENOMEM or succeeds without that memory. Only a file that could not be
 * retrieved is lost, and no memory leaks.
 *
 * The kernel must have fault injection. Without it the test is skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define FAIL_NTH	"/proc/self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"
#define MAX_NTH		120
#define SLACK_KIB	4096
#define FILE_KIB	1280L

static const struct shape shape = {
	.name = "runs and holes",
	.size = 400 * PAGE,
	.before = PAGES(0, 1, 1, 300),
	.after = PAGES(320, 4, 1, 20),
};

static int fail_nth;

static void set_up_faults(void)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s/ignore-gfp-wait",
			 kinds[i]);
		file_set(path, 0);
		snprintf(path, sizeof(path), DEBUGFS "%s/verbose", kinds[i]);
		file_set(path, 0);
	}
	file_set(DEBUGFS "fail_page_alloc/min-order", 0);
}

/* Only the one system call is between these two. */
static void fail_allocation(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(fail_nth, text, len, 0) != len)
		ksft_exit_fail_perror(FAIL_NTH);
}

/* Check whether there were that many allocations. */
static bool came_to_fail(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 1)
		ksft_exit_fail_perror(FAIL_NTH);
	fail_allocation(0);
	return !atoi(text);
}

static void name_session(char *name, size_t size, int nth)
{
	snprintf(name, size, "allocation %d", nth);
}

/* In the end each file is preserved, so that its retrieve can fail. */
static bool preserve_each(void)
{
	char name[32];
	int nth, failures = 0, session, fd, err;
	bool failed = true;

	set_up_faults();
	for (nth = 1; nth <= MAX_NTH; nth++) {
		name_session(name, sizeof(name), nth);
		session = session_create(name);
		fd = shape_create(&shape, 1);
		err = -ENOMEM;
		if (failed) {
			fail_allocation(nth);
			err = luo_session_preserve_fd(session, fd, 0);
			failed = came_to_fail();
			if (err && (err != -ENOMEM || !failed)) {
				ksft_print_msg("allocation %d: %s\n", nth,
					       strerror(-err));
				return false;
			}
			failures += !!err;
			/* A file that could not be preserved can be truncated again. */
			if (err && (ftruncate(fd, shape.size + 1) ||
				    ftruncate(fd, shape.size)))
				return false;
		}
		if (err)
			session_preserve(session, fd, 0);
		if (!shape_touch(&shape, fd, 2))
			return false;
		close(fd);
	}
	ksft_print_msg("preserving failed %d times\n", failures);
	return failures && !failed;
}

static bool retrieve_each(void)
{
	long before = memory_free(), after;
	char name[32];
	int nth, failures = 0, session, fd;
	bool failed = true, good;

	set_up_faults();
	for (nth = 1; nth <= MAX_NTH; nth++) {
		name_session(name, sizeof(name), nth);
		session = session_retrieve(name);
		if (failed)
			fail_allocation(nth);
		fd = luo_session_retrieve_fd(session, 0);
		if (failed)
			failed = came_to_fail();
		else if (fd < 0)
			return false;
		/* shmem returns ENOSPC if it has no memory for an inode. */
		good = fd < 0 ? fd == -ENOMEM || fd == -ENOSPC :
				shape_check(&shape, fd, 1, 2);
		if (!good) {
			ksft_print_msg("allocation %d: %s\n", nth,
				       strerror(fd < 0 ? -fd : 0));
			return false;
		}
		failures += fd < 0;
		if (fd >= 0)
			close(fd);
		session_finish(session);
	}
	after = memory_free();
	ksft_print_msg("retrieving failed %d times; free memory %ld KiB before, %ld KiB after\n",
		       failures, before, after);
	return failures && !failed &&
	       memory_same(before + MAX_NTH * FILE_KIB, after, SLACK_KIB);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan(!first + !last);
	fail_nth = open(FAIL_NTH, O_RDWR);
	if (fail_nth < 0)
		ksft_exit_skip("this kernel injects no faults\n");
	if (!first)
		ksft_test_result(retrieve_each(), "retrieve without memory\n");
	if (!last) {
		ksft_test_result(preserve_each(), "preserve without memory\n");
		session_hold();
	}
	ksft_finished();
}
