// SPDX-License-Identifier: GPL-2.0
/*
 * threads save|pass|check
 *
 * Carries files that are so large that several CPUs retrieve them together: with a few
 * long runs of pages, with many short ones, and with huge pages.
 */
#include <stdlib.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define SESSION		"threads"
#define NR_FILES	ARRAY_SIZE(shapes)
#define SEED		5
/* More than twice the limit of one processor. */
#define NR_PAGES	40960L

static const struct shape shapes[] = {
	{ .name = "long runs", .size = NR_PAGES * PAGE,
	  .before = PAGES(0, 1, 1, NR_PAGES) },
	{ .name = "short runs", .size = 2 * NR_PAGES * PAGE,
	  .before = PAGES(1, 3, 2, NR_PAGES / 2) },
	{ .name = "huge pages", .size = NR_PAGES * PAGE,
	  .before = PAGES(0, 1, 1, NR_PAGES) },
};

static void save(void)
{
	int session = session_create(SESSION);

	for (size_t i = 0; i < NR_FILES; i++) {
		shmem_enable_huge(strcmp(shapes[i].name, "huge pages") ?
				  "never" : "always");
		session_preserve(session, shape_create(&shapes[i], SEED), i);
		ksft_test_result_pass("preserve %s\n", shapes[i].name);
	}
	session_hold();
}

static void check(void)
{
	int session = session_retrieve(SESSION), fd;

	for (size_t i = 0; i < NR_FILES; i++) {
		fd = session_retrieve_file(session, i);
		ksft_test_result(shape_check_blocks(&shapes[i], fd, false) &&
				 shape_check(&shapes[i], fd, SEED, 0),
				 "retrieve %s\n", shapes[i].name);
		close(fd);
	}
	session_finish(session);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan((!first + !last) * NR_FILES);
	if (!first)
		check();
	if (!last)
		save();
	ksft_finished();
}
