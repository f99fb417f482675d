// SPDX-License-Identifier: GPL-2.0
/*
 * hugetlbs save|check CASES
 *
 * For each case in CASES, save a session with two hugetlb files, the first of which is
 * corrupted before the kexec. It must be refused, with the line in the log that the case
 * expects. The other one must be unchanged after all other memory was written. corrupt.sh
 * describes CASES.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define COMMAND		"/sys/kernel/debug/luo_corrupt/command"
#define MAX_CASES	64
#define MAX_NAME	40
#define HUGE		(2UL << 20)
#define NR_PAGES	8

enum { CORRUPT, HEALTHY };

struct test_case {
	char name[MAX_NAME];
	char expected[MAX_NAME];
	char reason[128];
	int fd;
};

static struct test_case cases[MAX_CASES];
static int nr_cases, kmsg;

/* The instances are those of the files in the order in which they are preserved. */
static int instance(const struct test_case *file)
{
	return 1 + 2 * (file - cases);
}

/* Have the kernel corrupt the file. */
static void damage(const struct test_case *file, const char *how)
{
	int fd = open(COMMAND, O_WRONLY);
	char line[300];

	snprintf(line, sizeof(line), "object/hugetlb/%d %s", instance(file), how);
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		ksft_exit_fail_msg("%s, %s: %s\n", file->name, line,
				   strerror(errno));
	close(fd);
}

/* Read the cases, and corrupt the files if @is_saved. */
static void read_cases(const char *path, bool is_saved)
{
	char line[256], place[64], field[64], value[64], crc[8], text[256];
	struct test_case *file = NULL, new;
	FILE *list = fopen(path, "r");

	if (!list)
		ksft_exit_fail_perror(path);
	nr_cases = 0;
	while (fgets(line, sizeof(line), list)) {
		strcpy(new.expected, "EBADMSG");
		*new.reason = '\0';
		if (*line == '#' ||
		    sscanf(line, "%39s %63s %63s %63s %7s %39s %127[^\n]",
			   new.name, place, field, value, crc, new.expected,
			   new.reason) < 5)
			continue;
		if (!file || strcmp(file->name, new.name)) {
			if (nr_cases == MAX_CASES)
				ksft_exit_fail_msg("too many cases\n");
			file = &cases[nr_cases++];
			*file = new;
		}
		snprintf(text, sizeof(text), "%s %s %s%s", place, field, value,
			 strcmp(crc, "crc") ? "" : " crc");
		if (is_saved)
			damage(file, text);
	}
	fclose(list);
}

/* A file with three pages, which are three extents, and a reserved range, or with one page. */
static int create(unsigned long seed, bool is_corrupt)
{
	int fd = memfd_create("huge", MFD_HUGETLB | MFD_HUGE_2MB);
	char *map;

	if (fd < 0 || ftruncate(fd, NR_PAGES * HUGE))
		ksft_exit_fail_perror("memfd");
	map = mmap(NULL, NR_PAGES * HUGE, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	if (is_corrupt) {
		map[0] = map[2 * HUGE] = map[4 * HUGE] = 1;
		if (mmap(NULL, 2 * HUGE, PROT_READ, MAP_SHARED, fd, 6 * HUGE) ==
		    MAP_FAILED)
			ksft_exit_fail_perror("mmap");
	} else {
		pattern_fill(map + 2 * HUGE + PAGE, seed, 1);
	}
	munmap(map, NR_PAGES * HUGE);
	return fd;
}

static void save(void)
{
	for (int i = 0; i < nr_cases; i++) {
		int session = session_create(cases[i].name);

		session_preserve(session, create(i + 1, true), CORRUPT);
		session_preserve(session, create(i + 1, false), HEALTHY);
	}
}

static bool is_unchanged(const struct test_case *file)
{
	char page[PAGE];

	return pread(file->fd, page, PAGE, 2 * HUGE + PAGE) == PAGE &&
	       pattern_matches(page, PAGE, file - cases + 1, 1);
}

/* Count the lines in the log since the last call that are about the file and its reason. */
static void read_log(const struct test_case *file, int *nr_refusals, int *nr_reasons)
{
	char line[1024], refusal[64];
	regex_t reason;
	ssize_t len;

	if (regcomp(&reason, file->reason, REG_NOSUB))
		ksft_exit_fail_msg("no expression: %s\n", file->reason);
	snprintf(refusal, sizeof(refusal),
		 ";luo_hugetlb: instance %d cannot be retrieved: ", instance(file));
	*nr_refusals = *nr_reasons = 0;
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		*nr_refusals += !!strstr(line, refusal);
		*nr_reasons += !regexec(&reason, line, 0, NULL, 0);
	}
	regfree(&reason);
}

static void retrieve(struct test_case *file)
{
	int session = session_retrieve(file->name), err, nr_refusals, nr_reasons;
	const char *found;

	read_log(file, &nr_refusals, &nr_reasons);
	err = luo_session_retrieve_fd(session, CORRUPT);
	read_log(file, &nr_refusals, &nr_reasons);
	found = err < 0 ? strerrorname_np(-err) : "success";
	ksft_test_result(!strcmp(found, file->expected), "%s: %s\n", file->name,
			 file->expected);
	if (strcmp(found, file->expected))
		ksft_print_msg("%s: %s, expected was %s\n", file->name, found,
			       file->expected);
	ksft_test_result(nr_refusals == 1 && nr_reasons,
			 "%s: is in the log: %s\n", file->name, file->reason);
	file->fd = session_retrieve_file(session, HEALTHY);
	session_finish(session);
}

static void check(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		ksft_exit_fail_perror("/dev/kmsg");
	for (int i = 0; i < nr_cases; i++)
		retrieve(&cases[i]);
	fflush(stdout);
	ksft_test_result(!system("./fill_memory true"),
			 "no memory belongs to two\n");
	for (int i = 0; i < nr_cases; i++)
		ksft_test_result(is_unchanged(&cases[i]),
				 "%s: the other file is unchanged\n", cases[i].name);
}

int main(int argc, char *argv[])
{
	if (argc != 3)
		ksft_exit_fail_msg("hugetlbs save|check CASES\n");
	ksft_print_header();
	read_cases(argv[2], false);
	if (!strcmp(argv[1], "save")) {
		ksft_set_plan(1);
		save();
		read_cases(argv[2], true);
		ksft_test_result_pass("files are handed over, and will be corrupted: %d\n",
				      nr_cases);
		session_hold();
	} else {
		ksft_set_plan(1 + 3 * nr_cases);
		check();
	}
	ksft_finished();
}
