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
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/fault.h"
#include "../luo_lib/fault_each.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define SLACK_KIB	4096
#define NR_PAGES	8

/* After the last file was created. */
static struct counts created;

/* Pages 0 and 4 are there, pages 6 and 7 are reserved. */
static int create(int seed)
{
	int fd = huge_memfd("no memory");

	if (ftruncate(fd, NR_PAGES * huge_size()) ||
	    !huge_write(fd, 0, seed) || !huge_write(fd, 4, seed) ||
	    !huge_reserve(fd, 6, 2))
		ksft_exit_fail_perror("memfd");
	created = counts_read();
	return fd;
}

static bool is_good(int fd, int seed)
{
	return huge_present(fd) == 2 && huge_matches(fd, 0, seed) &&
	       huge_matches(fd, 1, 0) && huge_matches(fd, 4, seed);
}

/* Preserving a file, or failing to, takes no pages from the pool. */
static bool is_unchanged(int fd, int number)
{
	struct counts now = counts_read();

	return counts_same(&created, &now) && is_good(fd, number);
}

static bool retrieved(int fd, int number, bool failed)
{
	bool good = is_good(fd, number);

	close(fd);
	return good;
}

static const struct fault_each test = {
	.nr = 80,
	.create = create,
	.refused = is_unchanged,
	.preserved = is_unchanged,
	.retrieved = retrieved,
};

static bool retrieve_each(void)
{
	long before = memory_free(), after;
	bool good = fault_each_retrieve(&test);
	struct counts counts;

	after = memory_free();
	counts = counts_read();
	counts_print("in the end", &counts);
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before, after);
	return good && counts.free[0] == counts.nr[0] &&
	       counts.nr[0] == 4 * test.nr && !counts.reserved &&
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
		ksft_test_result(fault_each_preserve(&test), "preserve without memory\n");
		session_hold();
	} else {
		ksft_test_result(retrieve_each(), "retrieve without memory\n");
	}
	ksft_finished();
}
