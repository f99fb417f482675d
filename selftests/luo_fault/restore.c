// SPDX-License-Identifier: GPL-2.0
/*
 * restore save|check
 *
 * Makes each allocation fail once while a file is retrieved, and while a file that was
 * not retrieved is finished. The file is lost, because LUO retrieves it only once, but as
 * much memory must be freed as without a failure.
 */
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/fault.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

/* More than the number of allocations, including those of checkers in a debug kernel. */
#define NR_EACH		128
/* Less than the memory of a file. */
#define SLACK_KIB	512

static const struct shape shape = {
	.name = "runs and holes",
	.size = 400 * PAGE,
	.before = PAGES(0, 1, 1, 100),
	.after = PAGES(120, 2, 1, 100),
};

static int failures, ended;

static int create(const char *what, int i)
{
	char name[32];

	snprintf(name, sizeof(name), "%s %d", what, i);
	return session_create(name);
}

static int find(const char *what, int i)
{
	char name[32];

	snprintf(name, sizeof(name), "%s %d", what, i);
	return session_retrieve(name);
}

static void save(const char *what)
{
	int session, fd;

	for (int i = 0; i <= 2 * NR_EACH; i++) {
		session = create(what, i);
		fd = shape_create(&shape, 1);
		session_preserve(session, fd, 0);
		if (!shape_touch(&shape, fd, 2))
			ksft_exit_fail_msg("file %d\n", i);
		close(fd);
	}
}

/* Retrieve with the nth allocation failing. Return false if there were fewer. */
static bool retrieve(int session, int nth, bool *good)
{
	int fd, left;

	fault_arm(nth);
	fd = luo_session_retrieve_fd(session, 0);
	left = fault_disarm();
	/* shmem returns -ENOSPC if it has no memory for an inode. */
	*good = fd < 0 ? nth && !left && (fd == -ENOMEM || fd == -ENOSPC) :
			 shape_check(&shape, fd, 1, 2);
	if (!*good)
		ksft_print_msg("allocation %d: %s\n", nth,
			       strerror(fd < 0 ? -fd : 0));
	ended += fd < 0;
	if (fd >= 0)
		close(fd);
	session_finish(session);
	return nth && !left;
}

static bool give_up(int session, int nth, bool *good)
{
	int err, left;

	fault_arm(nth);
	err = luo_session_finish(session);
	left = fault_disarm();
	*good = !err || (err == -ENOMEM && nth && !left);
	if (err)
		session_finish(session);
	else
		close(session);
	ended += !!err;
	return nth && !left;
}

static bool same_comes_free(const char *what,
			    bool (*one)(int session, int nth, bool *good))
{
	long before, between, after;
	bool good = true, failed = true;
	int i;

	/* The first one allocates memory that the others use again. */
	one(find(what, 0), 0, &good);
	before = memory_free();
	failures = 0;
	ended = 0;
	for (i = NR_EACH + 1; good && i <= 2 * NR_EACH; i++)
		one(find(what, i), 0, &good);
	between = memory_free();
	for (i = 1; good && i <= NR_EACH; i++) {
		failed = one(find(what, i), failed ? i : 0, &good);
		failures += failed;
	}
	after = memory_free();
	ksft_print_msg("%s: %d allocations failed, and ended %d calls\n",
		       what, failures, ended);
	ksft_print_msg("%ld KiB came free, without that %ld KiB\n",
		       after - between, between - before);
	return good && failures && !failed &&
	       memory_same(between - before, after - between, SLACK_KIB);
}

int main(int argc, char *argv[])
{
	ksft_print_header();
	if (argc > 1 && !strcmp(argv[1], "save")) {
		ksft_set_plan(1);
		save("retrieved");
		save("given up");
		ksft_test_result_pass("files are preserved\n");
		session_hold();
	} else {
		fault_set_up();
		ksft_set_plan(2);
		ksft_test_result(same_comes_free("retrieved", retrieve),
				 "retrieve\n");
		ksft_test_result(same_comes_free("given up", give_up),
				 "finish without a retrieve\n");
	}
	ksft_finished();
}
