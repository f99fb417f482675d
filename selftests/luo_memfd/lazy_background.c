// SPDX-License-Identifier: GPL-2.0
/*
 * lazy_background save|check
 *
 * The pages of a file come although no task uses them, and are charged to the memory
 * cgroup of the process that retrieved the file. The worker stops at the limit of that
 * group and while the file is preserved, and a file can be closed while it works.
 */
#include <unistd.h>

#include <libliveupdate.h>

#include "cgroup.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define ABSENT		"/sys/module/luo_memfd/parameters/absent"
#define NR_PAGES	8192UL
#define FILE_KIB	((long)NR_PAGES * PAGE / 1024)
#define SLACK_KIB	1024
#define POLL_US		10000
/* So long that the worker has nothing left to do. */
#define IDLE_US		1000000

/* The sessions, with one file each. */
static const char *const names[] = { "whole", "limited", "closed" };

static const struct shape shape = {
	.name = "background",
	.size = NR_PAGES * PAGE,
	.before = PAGES(0, NR_PAGES, NR_PAGES, 1),
};

static void save(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		session_preserve(session_create(names[i]), shape_create(&shape, 1),
				 0);
	session_hold();
	ksft_test_result_pass("preserve\n");
}

/* If the worker does not work, the time limit of the virtual machine ends the test. */
static void wait_until_all_came(void)
{
	while (file_get(ABSENT))
		usleep(POLL_US);
}

static int retrieve(const char *name)
{
	int session = session_retrieve(name), fd = session_retrieve_file(session, 0);

	session_finish(session);
	close(session);
	return fd;
}

static void check_whole(void)
{
	long kib;
	int fd;

	cgroup_enter();
	fd = retrieve("whole");
	wait_until_all_came();
	kib = file_get_word(CGROUP "/memory.stat", "shmem") >> 10;
	cgroup_leave();
	cgroup_remove();
	ksft_print_msg("the group is charged %ld KiB\n", kib);
	ksft_test_result(labs(kib - FILE_KIB) < SLACK_KIB,
			 "all pages come, and are charged to the group\n");
	ksft_test_result(shape_check(&shape, fd, 1, 0), "they are right\n");
	close(fd);
}

static void check_limited(void)
{
	int fd, next;
	long absent;

	cgroup_enter();
	file_set(CGROUP "/memory.max", FILE_KIB * 1024 / 2);
	fd = retrieve("limited");
	cgroup_leave();
	usleep(IDLE_US);
	absent = file_get(ABSENT);
	ksft_print_msg("%ld pages are absent\n", absent);
	ksft_test_result(absent > 0 && absent < (long)NR_PAGES,
			 "the worker stops before the limit of the group\n");

	next = session_create("next");
	session_preserve(next, fd, 0);
	file_set(CGROUP "/memory.max", FILE_KIB * 1024 * 4);
	absent = file_get(ABSENT);
	usleep(IDLE_US);
	ksft_test_result(file_get(ABSENT) == absent,
			 "no page comes while the file is preserved\n");
	close(next);
	wait_until_all_came();
	ksft_test_result_pass("the worker continues after that\n");
	cgroup_remove();
	ksft_test_result(shape_check(&shape, fd, 1, 0), "the pages are right\n");
	close(fd);
}

static void check_closed(void)
{
	long free = memory_free(), freed;

	close(retrieve("closed"));
	freed = memory_free() - free;
	ksft_print_msg("%ld KiB were freed\n", freed);
	ksft_test_result(labs(freed - FILE_KIB) < SLACK_KIB ||
			 !free_memory_is_exact(),
			 "a file that is closed while the worker works is freed\n");
}

static void check(void)
{
	check_whole();
	check_limited();
	check_closed();
}

int main(int argc, char *argv[])
{
	ksft_print_header();
	if (argc > 1 && !strcmp(argv[1], "save")) {
		ksft_set_plan(1);
		save();
	} else {
		ksft_set_plan(7);
		check();
	}
	ksft_finished();
}
