// SPDX-License-Identifier: GPL-2.0
/* Sessions with a file that is corrupted and one that is not. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"
#include "cases.h"
#include "pairs.h"

#define MAX_PAIRS	128

enum { CORRUPT, HEALTHY };

struct pair {
	struct test_case test;
	int fd;
};

static const struct pairs *pairs;
static struct pair list[MAX_PAIRS];
static int nr_pairs, kmsg;

/* The instances are those of the files in the order in which they are preserved. */
static int instance(const struct pair *pair)
{
	return 1 + 2 * (pair - list);
}

/* The corruptions of a case are in consecutive lines. */
static void add(const struct test_case *test, const char *how)
{
	if (nr_pairs && !strcmp(list[nr_pairs - 1].test.name, test->name))
		return;
	if (nr_pairs == MAX_PAIRS)
		ksft_exit_fail_msg("too many cases\n");
	list[nr_pairs++].test = *test;
}

static const struct pair *find(const char *name)
{
	int i = 0;

	while (strcmp(list[i].test.name, name))
		i++;
	return &list[i];
}

static void damage(const struct test_case *test, const char *how)
{
	const char *itself = strstr(how, "ITSELF");
	char owner[64], text[300];

	snprintf(owner, sizeof(owner), "object/%s/%d", pairs->kind,
		 instance(find(test->name)));
	if (itself) {
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(itself - how), how,
			 owner, itself + strlen("ITSELF"));
		how = text;
	}
	corrupt(owner, how);
}

static void save(const char *path)
{
	for (int i = 0; i < nr_pairs; i++) {
		int session = session_create(list[i].test.name);

		session_preserve(session, pairs->create(i, true), CORRUPT);
		session_preserve(session, pairs->create(i, false), HEALTHY);
	}
	cases_read(path, damage);
	ksft_test_result_pass("files are handed over, and will be corrupted: %d\n",
			      nr_pairs);
	session_hold();
}

/* Count the lines in the log since the last call that are about the file and its reason. */
static void read_log(const struct pair *pair, int *nr_refusals, int *nr_reasons)
{
	char line[1024], refusal[64];
	regex_t reason;
	ssize_t len;

	if (regcomp(&reason, pair->test.reason, REG_NOSUB))
		ksft_exit_fail_msg("no expression: %s\n", pair->test.reason);
	snprintf(refusal, sizeof(refusal),
		 ";%s: instance %d cannot be retrieved: ", pairs->handler,
		 instance(pair));
	*nr_refusals = *nr_reasons = 0;
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		*nr_refusals += !!strstr(line, refusal);
		*nr_reasons += !regexec(&reason, line, 0, NULL, 0);
	}
	regfree(&reason);
}

static void retrieve(struct pair *pair)
{
	const struct test_case *test = &pair->test;
	int session = session_retrieve(test->name), err, nr_refusals, nr_reasons;
	const char *found;

	read_log(pair, &nr_refusals, &nr_reasons);
	err = luo_session_retrieve_fd(session, CORRUPT);
	read_log(pair, &nr_refusals, &nr_reasons);
	found = err < 0 ? strerrorname_np(-err) : "success";
	ksft_test_result(!strcmp(found, test->expected), "%s: %s\n", test->name,
			 test->expected);
	if (strcmp(found, test->expected))
		ksft_print_msg("%s: %s, expected was %s\n", test->name, found,
			       test->expected);
	ksft_test_result(nr_refusals == 1 && nr_reasons,
			 "%s: is in the log: %s\n", test->name, test->reason);
	pair->fd = session_retrieve_file(session, HEALTHY);
	session_finish(session);
}

static void check(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		ksft_exit_fail_perror("/dev/kmsg");
	for (int i = 0; i < nr_pairs; i++)
		retrieve(&list[i]);
	fflush(stdout);
	ksft_test_result(!system("./fill_memory true"),
			 "no memory belongs to two\n");
	for (int i = 0; i < nr_pairs; i++)
		ksft_test_result(pairs->is_unchanged(list[i].fd, i),
				 "%s: the other file is unchanged\n",
				 list[i].test.name);
}

int pairs_main(int argc, char *argv[], const struct pairs *of)
{
	if (argc != 3)
		ksft_exit_fail_msg("%s save|check CASES\n", argv[0]);
	pairs = of;
	ksft_print_header();
	cases_read(argv[2], add);
	if (!strcmp(argv[1], "save")) {
		ksft_set_plan(1);
		save(argv[2]);
	} else {
		ksft_set_plan(1 + 3 * nr_pairs);
		check();
	}
	ksft_finished();
}
