// SPDX-License-Identifier: GPL-2.0
/*
 * holes save|check
 *
 * Checks how much memory it takes to preserve and to retrieve a file of 4 GiB that has
 * 16 pages. One file is saved in all versions, and one in the newest alone.
 */
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define LIMIT_KIB	1024
#define POLICY		"/sys/kernel/luo_objects/write"

static const struct shape shape = {
	.name = "4 GiB with 16 pages",
	.size = 4L << 30,
	.before = PAGES(12345, 65536, 1, 16),
};

static const char *const policies[] = { "all", "newest" };

static void set_policy(const char *policy)
{
	int fd = open(POLICY, O_WRONLY);

	if (fd < 0 || write(fd, policy, strlen(policy)) < 0)
		ksft_exit_fail_msg("%s: %s\n", POLICY, strerror(errno));
	close(fd);
}

static void report(const char *what, const char *policy, long before, long after)
{
	ksft_print_msg("%s, version %s: %ld KiB free before, %ld after: %+ld\n",
		       what, policy, before, after, after - before);
	ksft_test_result(labs(after - before) < LIMIT_KIB,
			 "%s, version %s: less than 1 MiB\n", what, policy);
}

static void save(const char *policy)
{
	int fd = shape_create(&shape, 1);
	long before;
	int session;

	set_policy(policy);
	session = session_create(policy);
	before = memory_free();
	session_preserve(session, fd, 0);
	report("preserve", policy, before, memory_free());
	ksft_test_result(shape_check_blocks(&shape, fd, false) &&
			 shape_check(&shape, fd, 1, 0),
			 "version %s: the file is unchanged\n", policy);
}

static void check(const char *policy)
{
	int session = session_retrieve(policy);
	long before;
	int fd;

	before = memory_free();
	fd = session_retrieve_file(session, 0);
	report("retrieve", policy, before, memory_free());
	session_finish(session);
	report("finish", policy, before, memory_free());
	ksft_test_result(shape_check_blocks(&shape, fd, false) &&
			 shape_check(&shape, fd, 1, 0),
			 "version %s: the file is unchanged\n", policy);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? 4 : 6);
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		if (first)
			save(policies[i]);
		else
			check(policies[i]);
	}
	if (first)
		session_hold();
	ksft_finished();
}
