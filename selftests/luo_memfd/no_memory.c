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
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/fault.h"
#include "../luo_lib/fault_each.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define SLACK_KIB	4096
#define FILE_KIB	1280L

static const struct shape shape = {
	.name = "runs and holes",
	.size = 400 * PAGE,
	.before = PAGES(0, 1, 1, 300),
	.after = PAGES(320, 4, 1, 20),
};

static int create(int number)
{
	return shape_create(&shape, 1);
}

/* A file that could not be preserved can be truncated again. */
static bool refused(int fd, int number)
{
	return !ftruncate(fd, shape.size + 1) && !ftruncate(fd, shape.size);
}

static bool preserved(int fd, int number)
{
	return shape_touch(&shape, fd, 2);
}

static bool retrieved(int fd, int number, bool failed)
{
	bool good = shape_check(&shape, fd, 1, 2);

	close(fd);
	return good;
}

static const struct fault_each test = {
	.nr = 120,
	.create = create,
	.refused = refused,
	.preserved = preserved,
	.retrieved = retrieved,
};

static bool retrieve_each(void)
{
	long before = memory_free(), after;
	bool good = fault_each_retrieve(&test);

	after = memory_free();
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before, after);
	return good && memory_same(before + test.nr * FILE_KIB, after, SLACK_KIB);
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
		ksft_test_result(fault_each_preserve(&test), "preserve without memory\n");
		session_hold();
	}
	ksft_finished();
}
