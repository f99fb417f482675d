// SPDX-License-Identifier: GPL-2.0
/*
 * carry save|pass|check any|pkram|newest [filled]
 *
 * Carries a few hundred files from kernel to kernel, in several sessions. The first
 * stage saves them, the last one checks that they are unchanged, and those between do
 * both. "any" are files that all kernels carry, "pkram" those that only kernels with
 * this project carry, and "newest" those that only its newest version can describe.
 * "filled": a stock kernel has saved the files, and has filled their holes.
 *
 * Each stage overwrites some pages after it has preserved a file, so that the next one
 * cannot take the content of an earlier stage for that of the last.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include <libliveupdate.h>

#include "carry.h"
#include "../luo_lib/session.h"

#define NR_SESSIONS	7
#define TOKEN(_i)	(0x100000000UL + (_i))
#define SEED_CREATED	1000
#define SELECTED	"/sys/kernel/luo_objects/memfd/selected"
#define OBJECTS		"/sys/kernel/debug/luo_objects/"
#define ANY_PRIME	7919	/* larger than the number of files */

static struct shape shapes[MAX_SHAPES];
static int fds[MAX_SHAPES];
static bool good[MAX_SHAPES];
static int count;
static int sessions[NR_SESSIONS];
static bool filled;
static bool stock;

static void name_session(char *name, int i)
{
	snprintf(name, LIVEUPDATE_SESSION_NAME_LENGTH, "carry-%d", i);
}

static void create_files(void)
{
	for (int i = 0; i < count; i++)
		fds[i] = shape_create(&shapes[i], SEED_CREATED);
}

/* Count the objects of a kind in a list of objects. */
static int count_objects(const char *list)
{
	char line[128];
	int found = 0;
	FILE *file;

	file = fopen(list, "r");
	if (!file)
		ksft_exit_fail_perror(list);
	while (fgets(line, sizeof(line), file))
		found += !strncmp(line, "memfd ", 6);
	fclose(file);
	return found;
}

/* Version 1 is a separate object. Check that each file has one, or none has. */
static bool selected_are_written(void)
{
	char line[32] = "";
	FILE *file = fopen(SELECTED, "r");
	int found = count_objects(OBJECTS "outgoing");

	if (!file || !fgets(line, sizeof(line), file))
		ksft_exit_fail_perror(SELECTED);
	fclose(file);
	ksft_print_msg("%d files, %d objects, selected are versions %s", count,
		       found, line);
	return found == (strchr(line, '1') ? count : 0);
}

static void preserve_files(void)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];

	for (int i = 0; i < NR_SESSIONS; i++) {
		name_session(name, i);
		sessions[i] = session_create(name);
	}
	for (int i = 0; i < count; i++) {
		session_preserve(sessions[i % NR_SESSIONS], fds[i], TOKEN(i));
		good[i] = shape_touch(&shapes[i], fds[i], stage()) &&
			  shape_check_blocks(&shapes[i], fds[i],
					     stock || filled) && good[i];
		close(fds[i]);
	}
	if (!stock)
		ksft_test_result(selected_are_written(),
				 "the versions that are selected are written\n");
}

/* Retrieve the files in another order than they were preserved. */
static void retrieve_files(void)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];

	for (int i = NR_SESSIONS - 1; i >= 0; i--) {
		name_session(name, i);
		sessions[i] = session_retrieve(name);
	}
	for (int n = 0; n < count; n++) {
		int i = n * ANY_PRIME % count;

		fds[i] = luo_session_retrieve_fd(sessions[i % NR_SESSIONS],
						 TOKEN(i));
		if (fds[i] < 0)
			ksft_print_msg("%s: retrieve: %s\n", shapes[i].name,
				       strerror(-fds[i]));
	}
}

static void check_files(void)
{
	for (int i = 0; i < count; i++)
		good[i] = fds[i] >= 0 &&
			  shape_check_blocks(&shapes[i], fds[i], filled) &&
			  shape_check(&shapes[i], fds[i], SEED_CREATED,
				      stage() - 1) &&
			  shape_check_alive(&shapes[i], fds[i]);
}

static bool same_file(int fd, int other)
{
	struct stat stat, other_stat;

	return !fstat(fd, &stat) && !fstat(other, &other_stat) &&
	       stat.st_ino == other_stat.st_ino;
}

static void check_sessions(void)
{
	int luo = luo_open_device();
	int again = luo_session_retrieve_fd(sessions[0], TOKEN(0));

	ksft_test_result(luo_retrieve_session(luo, "carry-0") == -EINVAL,
			 "a session is retrieved only once\n");
	ksft_test_result(luo_retrieve_session(luo, "carry") == -ENOENT,
			 "a session that is not there is not found\n");
	ksft_test_result(luo_session_retrieve_fd(sessions[1], TOKEN(0)) == -ENOENT,
			 "a file is only in its session\n");
	ksft_test_result(again >= 0 && same_file(again, fds[0]),
			 "a file asked for again is the same\n");
	close(again);
	close(luo);
}

static void finish_sessions(void)
{
	for (int i = 0; i < NR_SESSIONS; i++)
		session_finish(sessions[i]);
	if (!stock)
		ksft_test_result(!count_objects(OBJECTS "incoming"),
				 "no object stays unclaimed\n");
}

/* Check whether this is the last of the files that make one result. */
static bool last_of_name(int i)
{
	return i + 1 == count || strcmp(shapes[i].name, shapes[i + 1].name);
}

static int results(void)
{
	int names = 0;

	for (int i = 0; i < count; i++)
		names += last_of_name(i);
	return names;
}

static void report(void)
{
	bool all = true;

	for (int i = 0; i < count; i++) {
		all = all && good[i];
		if (!last_of_name(i))
			continue;
		ksft_test_result(all, "%s\n", shapes[i].name);
		all = true;
	}
}

static enum reach reach_of(const char *name)
{
	if (!strcmp(name, "any"))
		return BY_ANY;
	if (!strcmp(name, "pkram"))
		return BY_PKRAM;
	if (!strcmp(name, "newest"))
		return BY_NEWEST;
	ksft_exit_fail_msg("carry: what is %s?\n", name);
}

int main(int argc, char *argv[])
{
	bool first, last;

	ksft_print_header();
	if (argc < 3)
		ksft_exit_fail_msg("carry save|pass|check any|pkram|newest [filled]\n");
	first = !strcmp(argv[1], "save");
	last = !strcmp(argv[1], "check");
	stock = !strcmp(getenv("FLAVOUR") ?: "", "stock");
	filled = argc > 3 && !strcmp(argv[3], "filled");
	count = carry_shapes(shapes, reach_of(argv[2]));
	for (int i = 0; i < count; i++)
		good[i] = true;
	ksft_set_plan(results() + (first ? 0 : 4 + !stock) + (!last && !stock));

	if (first) {
		create_files();
	} else {
		retrieve_files();
		check_files();
		check_sessions();
		finish_sessions();
	}
	if (!last) {
		preserve_files();
		session_hold();
	}
	report();
	ksft_finished();
}
