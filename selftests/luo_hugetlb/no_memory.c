// SPDX-License-Identifier: GPL-2.0
/*
 * no_memory save|check
 *
 * Each allocation of preserving and retrieving a file fails once, in turn: the call fails
 * or succeeds without that memory. Only a file that could not be retrieved is lost, its
 * pages are in the pool again, and no memory leaks.
 *
 * The kernel must have fault injection. Without it the test is skipped.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/fault.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define MAX_NTH		80
#define SLACK_KIB	4096
#define NR_PAGES	8

/* Pages 0 and 4 are there, pages 6 and 7 are reserved. */
static int create(unsigned long seed)
{
	int fd = huge_memfd("no memory");

	if (ftruncate(fd, NR_PAGES * huge_size()) ||
	    !huge_write(fd, 0, seed) || !huge_write(fd, 4, seed) ||
	    !huge_reserve(fd, 6, 2))
		ksft_exit_fail_perror("memfd");
	return fd;
}

static bool is_good(int fd, unsigned long seed)
{
	return huge_present(fd) == 2 && huge_matches(fd, 0, seed) &&
	       huge_matches(fd, 1, 0) && huge_matches(fd, 4, seed);
}

static void name_session(char *name, size_t size, int nth)
{
	snprintf(name, size, "allocation %d", nth);
}

/* In the end each file is preserved, so that its retrieve can fail. */
static bool preserve_each(void)
{
	struct counts before, after;
	char name[32];
	int nth, failures = 0, session, fd, err;
	bool failed = true;

	for (nth = 1; nth <= MAX_NTH; nth++) {
		name_session(name, sizeof(name), nth);
		session = session_create(name);
		fd = create(nth);
		err = -ENOMEM;
		if (failed) {
			before = counts_read();
			fault_arm(nth);
			err = luo_session_preserve_fd(session, fd, 0);
			failed = !fault_disarm();
			after = counts_read();
			if ((err && (err != -ENOMEM || !failed)) ||
			    !counts_same(&before, &after) || !is_good(fd, nth)) {
				ksft_print_msg("allocation %d: %s\n", nth,
					       strerror(-err));
				return false;
			}
			failures += !!err;
		}
		if (err)
			session_preserve(session, fd, 0);
		close(fd);
	}
	ksft_print_msg("preserving failed %d times\n", failures);
	return failures && !failed;
}

static bool retrieve_each(void)
{
	long before = memory_free(), after;
	struct counts counts;
	char name[32];
	int nth, failures = 0, session, fd;
	bool failed = true;

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
		/* hugetlbfs returns ENOSPC if it has no memory for an inode. */
		if (fd < 0 ? fd != -ENOMEM && fd != -ENOSPC : !is_good(fd, nth)) {
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
	counts = counts_read();
	counts_print("in the end", &counts);
	ksft_print_msg("retrieving failed %d times; free memory %ld KiB before, %ld KiB after\n",
		       failures, before, after);
	return failures && !failed && counts.free[0] == counts.nr[0] &&
	       counts.nr[0] == 4 * MAX_NTH && !counts.reserved &&
	       !counts.surplus[0] && memory_same(before, after, SLACK_KIB);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool save = !strcmp(what, "save");

	ksft_print_header();
	ksft_set_plan(1);
	fault_set_up();
	if (save) {
		ksft_test_result(preserve_each(), "preserve without memory\n");
		session_hold();
	} else {
		ksft_test_result(retrieve_each(), "retrieve without memory\n");
	}
	ksft_finished();
}
