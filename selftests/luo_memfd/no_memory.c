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

#include "../luo_lib/fault.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define MAX_NTH		120
#define SLACK_KIB	4096
#define FILE_KIB	1280L

static const struct shape shape = {
	.name = "runs and holes",
	.size = 400 * PAGE,
	.before = PAGES(0, 1, 1, 300),
	.after = PAGES(320, 4, 1, 20),
};

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

	for (nth = 1; nth <= MAX_NTH; nth++) {
		name_session(name, sizeof(name), nth);
		session = session_create(name);
		fd = shape_create(&shape, 1);
		err = -ENOMEM;
		if (failed) {
			fault_arm(nth);
			err = luo_session_preserve_fd(session, fd, 0);
			failed = !fault_disarm();
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

	for (nth = 1; nth <= MAX_NTH; nth++) {
		name_session(name, sizeof(name), nth);
		session = session_retrieve(name);
		if (failed)
			fault_arm(nth);
		fd = luo_session_retrieve_fd(session, 0);
		if (failed)
			failed = !fault_disarm();
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
	fault_set_up();
	if (!first)
		ksft_test_result(retrieve_each(), "retrieve without memory\n");
	if (!last) {
		ksft_test_result(preserve_each(), "preserve without memory\n");
		session_hold();
	}
	ksft_finished();
}
