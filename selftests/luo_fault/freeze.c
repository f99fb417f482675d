// SPDX-License-Identifier: GPL-2.0
/*
 * freeze save|check
 *
 * Each allocation of a kexec fails once, with preserved files that were written to. If it
 * fails with ENOMEM, the files must be unchanged and writable. In the end, one kexec
 * succeeds.
 *
 * A kexec that needs none of the memory would end the test. Therefore a file that is
 * frozen last refuses, because its object was removed; the object is stored again for
 * the kexec that must succeed.
 */
#include <limits.h>
#include <stdlib.h>
#include <sys/reboot.h>

#include <libliveupdate.h>

#include "../luo_lib/fault.h"
#include "../luo_lib/kho.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define OUTGOING	"/sys/kernel/debug/luo_objects/outgoing"
#define POLICY		"/sys/kernel/luo_objects/write"
#define DRIVER		"/sys/kernel/debug/luo_object_test/command"
#define MAX_NTH		200
#define SIZE		(4096L * PAGE)
#define LATE		2048
#define SLACK_KIB	256

/* The files in the order in which they are frozen. The last one is in another session. */
enum { DENSE, SPARSE, REFUSES, NR_FILES };

static const struct shape files[NR_FILES] = {
	[DENSE] = { "dense", .size = SIZE, .before = PAGES(0, 1, 1, 300),
		    .after = PAGES(LATE, 3, 1, MAX_NTH) },
	[SPARSE] = { "sparse", .size = SIZE, .before = PAGES(0, 3, 1, 300),
		     .after = PAGES(LATE, 5, 1, MAX_NTH) },
	[REFUSES] = { "refuses", .size = SIZE, .before = PAGES(0, 3, 1, 10) },
};

static int fds[NR_FILES];
static int sessions[2];
static unsigned long instance, size;

static void driver_run(const char *command)
{
	int fd = open(DRIVER, O_WRONLY);

	if (fd < 0 || write(fd, command, strlen(command)) < 0)
		ksft_exit_fail_perror(command);
	close(fd);
}

/* Return the object of the file that was preserved last. */
static void find_object(void)
{
	FILE *file = fopen(OUTGOING, "r");
	unsigned long number, bytes;
	char kind[64];

	if (!file)
		ksft_exit_fail_perror(OUTGOING);
	while (fscanf(file, "%63s %lu %*u %lu%*[^\n]", kind, &number, &bytes) == 3) {
		if (strcmp(kind, "memfd"))
			continue;
		instance = number;
		size = bytes;
	}
	fclose(file);
	if (!size)
		ksft_exit_fail_msg("no object of a file\n");
}

static void take_object(void)
{
	char command[128];

	find_object();
	snprintf(command, sizeof(command), "abort memfd %lu", instance);
	driver_run(command);
}

static void put_object_back(void)
{
	char command[128];

	snprintf(command, sizeof(command), "store memfd %lu 1 %lu 1", instance, size);
	driver_run(command);
}

static void preserve_files(void)
{
	sessions[0] = session_create("files");
	sessions[1] = session_create("refuses");
	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = shape_create(&files[i], 1);
		session_preserve(sessions[i == REFUSES], fds[i], i);
	}
	take_object();
}

/* Write pages into holes that no earlier freeze has handled. */
static void write_late(int nth)
{
	unsigned char page[PAGE];

	for (int i = 0; i < REFUSES; i++) {
		unsigned long index = LATE + (nth - 1) * files[i].after.step;

		pattern_fill(page, 2, index);
		if (pwrite(fds[i], page, PAGE, index * PAGE) != PAGE)
			ksft_exit_fail_perror("a page of a hole");
	}
}

static bool files_are_alive(void)
{
	for (int i = 0; i < NR_FILES; i++)
		if (ftruncate(fds[i], 0) == 0 || errno != EPERM)
			return false;
	return true;
}

static bool refuse_each(void)
{
	int nth, left, err, failures = 0;

	for (nth = 1; nth <= MAX_NTH; nth++) {
		write_late(nth);
		fault_arm(nth);
		err = reboot(RB_KEXEC) ? errno : 0;
		left = fault_disarm();
		if (left)
			break;
		if (err != ENOMEM && err != ENOENT) {
			ksft_print_msg("allocation %d: %s\n", nth, strerror(err));
			return false;
		}
		failures += err == ENOMEM;
		if (!files_are_alive())
			return false;
	}
	/* The rest of the pages, for the check. */
	for (int rest = nth + 1; rest <= MAX_NTH; rest++)
		write_late(rest);
	ksft_print_msg("freeze: %d allocations failed, and ended %d of the calls\n",
		       nth - 1, failures);
	/* A failed allocation need not end the freeze: that of attributes does not. */
	return left && nth > 1 && err == ENOENT;
}

/* Close a session with each allocation failing. No memory may stay preserved. */
static bool give_up_each(void)
{
	long keys = kho_read().keys, memory = memory_free();
	int nth, left = 0, fd, session;

	for (nth = 1; nth <= MAX_NTH && !left; nth++) {
		session = session_create("given up");
		fd = shape_create(&files[SPARSE], 1);
		session_preserve(session, fd, 0);
		fault_arm(nth);
		close(session);
		left = fault_disarm();
		if (!shape_check(&files[SPARSE], fd, 1, 0) ||
		    ftruncate(fd, 0) || kho_read().keys != keys)
			return false;
		close(fd);
	}
	ksft_print_msg("unpreserve: %d allocations failed\n", nth - 2);
	return left && memory_same(memory, memory_free(), SLACK_KIB);
}

/* The table of the kind keeps its first block when the last object is gone. */
static void preserve_first(void)
{
	int session = session_create("first"), fd = shape_create(&files[SPARSE], 1);

	session_preserve(session, fd, 0);
	close(session);
	close(fd);
}

static void give_up(void)
{
	for (int i = 0; i < NR_FILES; i++)
		close(fds[i]);
	close(sessions[0]);
	close(sessions[1]);
}

static void write_policy(const char *policy)
{
	FILE *file = fopen(POLICY, "w");

	if (!file || fputs(policy, file) < 0 || fclose(file))
		ksft_exit_fail_perror(POLICY);
}

static void fail_with(const char *policy)
{
	long keys = kho_read().keys, memory = memory_free();

	write_policy(policy);
	preserve_files();
	ksft_test_result(refuse_each(), "freeze, writing %s\n", policy);
	give_up();
	ksft_test_result(kho_read().keys == keys,
			 "nothing is left in the handover, writing %s\n", policy);
	ksft_test_result(memory_same(memory, memory_free(), SLACK_KIB),
			 "nothing is left in memory, writing %s\n", policy);
	ksft_test_result(give_up_each(), "unpreserve, writing %s\n", policy);
}

static void save(void)
{
	preserve_first();
	fail_with("newest");
	fail_with("all");

	preserve_files();
	ksft_test_result(refuse_each(), "freeze once more\n");
	put_object_back();
	session_hold();
}

static void check(void)
{
	int session = session_retrieve("files");

	for (int i = 0; i < REFUSES; i++)
		ksft_test_result(shape_check(&files[i],
					     session_retrieve_file(session, i),
					     1, 2),
				 "%s: has all its pages\n", files[i].name);
	session_finish(session);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	fault_set_up();
	ksft_set_plan(first ? 9 : 2);
	if (first)
		save();
	else
		check();
	ksft_finished();
}
