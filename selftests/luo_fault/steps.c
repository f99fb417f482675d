// SPDX-License-Identifier: GPL-2.0
/*
 * steps fail|times N|once|load N
 *
 * Runs scenarios from standard input, and fails every allocation that they make,
 * one in each run, until none is left to fail. A scenario is a line with its name
 * and lines of steps:
 *
 *   scenario two objects
 *   = luo store vm 1 0 40 7
 *   - luo abort vm 1
 *   ! luo store vm 2 0 40 7
 *   - luo abort vm 2
 *
 * A step with "=" must succeed. In a step with "!", the allocation fails: the step either
 * succeeds without the memory, or fails with -ENOMEM and changes nothing, so that it
 * succeeds when it is repeated. To test both, every scenario is also run without the
 * steps after the failed one, unless it begins with "whole" instead of "scenario". In the
 * end, the line with "-" below a step undoes the step, the last one first. "%d" is the
 * number of the run.
 *
 * The first word of a step is the target of the call: a name below, or the number of a
 * stream of PKRAM.
 *
 *   fail      After each run, the handover must be unchanged. After so many more runs
 *             that a page lost in each would show, free memory must be unchanged.
 *   times N   Make the runs that "load N" needs, without failures.
 *   once      Make each step succeed once, after it failed at each allocation.
 *   load N    For steps that succeed only once: use what "times N" has made. N runs in
 *             which allocations fail must free as much memory as N runs without
 *             failures.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/fault.h"
#include "../luo_lib/kho.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pkram_device.h"

#define OUTGOING	"/sys/kernel/debug/luo_objects/outgoing"
#define MAX_STEPS	48
#define MAX_TEXT	160
#define MAX_NTH		400
#define MAX_HANDOVER	8192
#define STREAMS		8

/* A page lost in each of so many sweeps is more than free memory varies by. */
#define SWEEPS		32
#define SLACK_KIB	64
#define TRIES		4

/* Loads that lose memory lose more than this each time, and other tasks do not. */
#define LOAD_SLACK_KIB	128
#define LOAD_TRIES	2

static const struct target {
	const char *name;
	const char *path;
} targets[] = {
	{ "luo", "/sys/kernel/debug/luo_object_test/command" },
	{ "kind", "/sys/kernel/debug/luo_object_test_kind" },
	{ "write", "/sys/kernel/luo_objects/write" },
	{ "drop", "/sys/kernel/luo_objects/drop" },
};

struct call {
	int fd;
	char text[MAX_TEXT];
};

struct step {
	bool may_fail;
	bool done;
	struct call call;
	struct call undo;
};

struct scenario {
	bool whole;
	char name[MAX_TEXT];
	struct step steps[MAX_STEPS];
	int nr_steps;
};

static struct scenario scenario;
static long total;

static int stream_open(int i)
{
	static int fds[STREAMS];

	if (!fds[i])
		fds[i] = device_open();
	if (fds[i] < 0)
		ksft_exit_fail_perror(DEVICE);

	return fds[i];
}

static int target_open(const char *name)
{
	static int fds[ARRAY_SIZE(targets)];

	if (*name >= '0' && *name < '0' + STREAMS)
		return stream_open(*name - '0');

	for (unsigned int i = 0; i < ARRAY_SIZE(targets); i++) {
		if (strcmp(name, targets[i].name))
			continue;
		if (!fds[i])
			fds[i] = open(targets[i].path, O_WRONLY);
		if (fds[i] < 0)
			ksft_exit_fail_perror(targets[i].path);
		return fds[i];
	}
	ksft_exit_fail_msg("no target %s\n", name);
}

/* Make a call, with its @nth allocation failing. Return 0 or a positive errno. */
static int call_run(const struct call *call, int run, int *nth)
{
	const char *at = strstr(call->text, "%d");
	char text[MAX_TEXT + 16];
	int len, err;

	if (at)
		len = snprintf(text, sizeof(text), "%.*s%d%s",
			       (int)(at - call->text), call->text, run, at + 2);
	else
		len = snprintf(text, sizeof(text), "%s", call->text);

	fault_arm(*nth);
	err = write(call->fd, text, len) == len ? 0 : errno;
	*nth = fault_disarm();

	return err;
}

/* Make a call that must succeed. */
static bool call_good(const struct call *call, int run)
{
	int none = 0, err = call_run(call, run, &none);

	if (err)
		ksft_print_msg("run %d: %s: %s\n", run, call->text, strerror(err));
	return !err;
}

/* Make a call whose nth allocation fails. If it fails, @step does not count as done. */
static bool step_fail(struct step *step, int run, int *nth)
{
	bool armed = *nth;
	int err = call_run(&step->call, run, nth);

	step->done = !err;
	if (!err || (err == ENOMEM && armed && !*nth))
		return true;
	ksft_print_msg("run %d: %s: %s\n", run, step->call.text, strerror(err));
	return false;
}

static bool scenario_undo(int nr_steps, int run)
{
	struct step *step;

	while (nr_steps--) {
		step = &scenario.steps[nr_steps];
		if (step->done && step->undo.fd && !call_good(&step->undo, run))
			return false;
	}
	return true;
}

/* Run all steps with the @nth allocation failing. Set @nth to 0 if there was one. */
static bool scenario_run(int run, bool again, int *nth)
{
	struct step *step = scenario.steps;
	int i;

	for (i = 0; i < scenario.nr_steps; i++, step++) {
		step->done = true;
		if (step->may_fail && !step_fail(step, run, nth))
			return false;
		if (!step->done && !again && !scenario.whole)
			break;
		if (!step->may_fail || !step->done)
			step->done = call_good(&step->call, run);
		if (!step->done)
			return false;
	}
	return scenario_undo(i, run);
}

/* Read what is in the handover, to compare it later. */
static void handover_read(char *text)
{
	int fd = open(OUTGOING, O_RDONLY), len;
	ssize_t got;

	len = snprintf(text, MAX_HANDOVER, "%ld keys, %ld KiB of shmem\n",
		       kho_read().keys, meminfo("Shmem"));
	while ((got = read(fd, text + len, MAX_HANDOVER - 1 - len)) > 0)
		len += got;
	text[len] = '\0';
	close(fd);
}

static bool handover_same(const char *before, int run)
{
	static char now[MAX_HANDOVER];

	handover_read(now);
	if (strcmp(before, now))
		ksft_print_msg("run %d: in the handover was\n%sand is\n%s", run,
			       before, now);
	return !strcmp(before, now);
}

/* Make all allocations fail, one in each run. Return how many there were, or -1. */
static int scenario_sweep(bool again, bool look)
{
	static char before[MAX_HANDOVER];
	int nth, left;

	if (look)
		handover_read(before);
	for (nth = 1; nth <= MAX_NTH; nth++) {
		left = nth;
		if (!scenario_run(nth, again, &left) ||
		    (look && !handover_same(before, nth)))
			return -1;
		if (left)
			return nth - 1;
	}
	ksft_print_msg("more than %d allocations\n", MAX_NTH);
	return -1;
}

/* Try again if memory is missing: memory that is allocated only once is no leak. */
static bool scenario_leaks_nothing(void)
{
	long before = memory_free(), after;

	if (!free_memory_is_exact())
		return true;
	for (int i = 0; i < TRIES; i++) {
		for (int sweep = 0; sweep < SWEEPS; sweep++)
			if (scenario_sweep(sweep % 2, false) < 0)
				return false;
		after = memory_free();
		if (labs(after - before) < SLACK_KIB)
			return true;
		ksft_print_msg("%ld KiB were free, %ld KiB are after %d sweeps\n",
			       before, after, SWEEPS);
		before = after;
	}
	return false;
}

static bool scenario_fail(void)
{
	int nr = scenario_sweep(false, true), nr_again = -1;

	if (nr > 0)
		nr_again = scenario_sweep(true, true);
	if (nr_again <= 0)
		return false;
	ksft_print_msg("%s: %d allocations failed\n", scenario.name, nr + nr_again);
	total += nr + nr_again;

	return scenario_leaks_nothing();
}

static bool scenario_times(int first, int last)
{
	int none = 0;

	for (int run = first; run <= last; run++)
		if (!scenario_run(run, true, &none))
			return false;
	return true;
}

/* Make runs in which a later allocation fails each time. Return how many failed, or -1. */
static int scenario_load_fail(int first, int nr)
{
	int nr_failed = 0, left;

	for (int i = 1; i <= nr; i++) {
		left = nr_failed == i - 1 ? i : 0;
		if (!scenario_run(first + i - 1, true, &left))
			return -1;
		if (nr_failed == i - 1 && !left)
			nr_failed = i;
	}
	if (nr_failed == nr)
		ksft_print_msg("more than %d allocations are to fail\n", nr);
	return nr_failed && nr_failed < nr ? nr_failed : -1;
}

/* Compare the memory that nr runs free with that of nr runs with failures. */
static bool scenario_load_try(int first, int nr, bool *same)
{
	long before = memory_free(), between, after;
	int nr_failed;

	if (!scenario_times(first, first + nr - 1))
		return false;
	between = memory_free();
	nr_failed = scenario_load_fail(first + nr, nr);
	if (nr_failed < 0)
		return false;
	after = memory_free();
	ksft_print_msg("%s: %d allocations failed; %ld KiB came free, without that %ld KiB\n",
		       scenario.name, nr_failed, after - between, between - before);
	total += nr_failed;
	*same |= memory_same(between - before, after - between, LOAD_SLACK_KIB);
	return true;
}

static int scenario_load_runs(int nr)
{
	return LOAD_TRIES * 2 * nr + 1;
}

/* The last run may allocate what is kept. It is the first, and is not counted. */
static bool scenario_load(int nr)
{
	int last = scenario_load_runs(nr);
	bool same = false;

	if (!scenario_times(last, last))
		return false;
	for (int first = 1; first < last; first += 2 * nr)
		if (!scenario_load_try(first, nr, &same))
			return false;
	return same;
}

/*
 * Repeat a call until it succeeds, with a later allocation failing each time. A call
 * that continues where it failed can fail more often.
 */
static bool step_once(const struct step *step, int *nr_failed)
{
	int err = ENOMEM, left = 0;

	for (int nth = 1; nth <= MAX_NTH && err == ENOMEM && !left; nth++) {
		left = nth;
		err = call_run(&step->call, 1, &left);
		*nr_failed += !left;
	}
	if (err)
		ksft_print_msg("%s: %s\n", step->call.text, strerror(err));
	return !err;
}

static bool scenario_once(void)
{
	int nr_failed = 0;

	for (int i = 0; i < scenario.nr_steps; i++)
		if (!step_once(&scenario.steps[i], &nr_failed))
			return false;
	ksft_print_msg("%s: %d allocations failed\n", scenario.name, nr_failed);
	total += nr_failed;
	return nr_failed;
}

static void scenario_end(const char *what, int nr)
{
	bool good;

	if (!scenario.nr_steps)
		return;
	if (!strcmp(what, "times"))
		good = scenario_times(1, scenario_load_runs(nr));
	else if (!strcmp(what, "once"))
		good = scenario_once();
	else if (!strcmp(what, "load"))
		good = scenario_load(nr);
	else
		good = scenario_fail();
	ksft_test_result(good, "%s\n", scenario.name);
	scenario = (struct scenario){};
}

static void call_read(struct call *call, const char *text)
{
	char name[16];
	int at;

	if (sscanf(text, "%15s %n", name, &at) != 1)
		ksft_exit_fail_msg("no step: %s\n", text);
	call->fd = target_open(name);
	snprintf(call->text, sizeof(call->text), "%s", text + at);
}

static void step_read(const char *line)
{
	struct step *step = &scenario.steps[scenario.nr_steps];

	if (*line == '-') {
		call_read(&step[-1].undo, line + 1);
		return;
	}
	if (scenario.nr_steps++ == MAX_STEPS)
		ksft_exit_fail_msg("more than %d steps\n", MAX_STEPS);
	step->may_fail = *line == '!';
	call_read(&step->call, line + 1);
}

int main(int argc, char *argv[])
{
	int nr = argc > 2 ? atoi(argv[2]) : 0;
	char line[MAX_TEXT], word[16];
	int at;

	if (argc < 2)
		ksft_exit_fail_msg("steps fail|times N|once|load N\n");
	ksft_print_header();
	fault_set_up();
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (strchr("=!-", *line)) {
			step_read(line);
			continue;
		}
		scenario_end(argv[1], nr);
		if (sscanf(line, "%15s %n", word, &at) != 1)
			ksft_exit_fail_msg("no scenario: %s\n", line);
		scenario.whole = !strcmp(word, "whole");
		snprintf(scenario.name, sizeof(scenario.name), "%s", line + at);
	}
	scenario_end(argv[1], nr);
	ksft_print_msg("%ld allocations failed in all\n", total);
	ksft_print_cnts();
	exit(ksft_get_fail_cnt() ? KSFT_FAIL : KSFT_PASS);
}
