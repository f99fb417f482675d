// SPDX-License-Identifier: GPL-2.0
/*
 * Preserves a file whose pages alternate in memory with those of another file, in two
 * sizes. If the size doubles, the additional cost of the next boot may double, but must
 * not grow with the square of the size.
 *
 * The cost is measured with the counter of the CPU, which a kexec does not reset, and
 * which counts instructions if the virtual machine does.
 */

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../luo_lib/figure.h"
#include "../kselftest.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define PAGE		4096
#define SESSION		"interleaved"
#define TOKEN_FIGURES	1
#define TOKEN_FILE	2
#define SMALL		(32UL << 20)
#define LARGE		(2 * SMALL)
/* A boot may wait for a tick of the timer. Quadratic growth would be thousands of M. */
#define SLACK		20000000
/* If it exists, the kernel scans for leaks between a stage and the next boot. */
#define KMEMLEAK	"/sys/kernel/debug/kmemleak"

/* Passed on to the next stage: the time of the end of this one, and of earlier boots. */
struct figures {
	uint64_t end;
	uint64_t boot[3];
};

static void *map_file(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");

	return map;
}

static void *new_file(int *fd, size_t size)
{
	*fd = memfd_create("interleaved", 0);
	if (*fd < 0 || ftruncate(*fd, size))
		ksft_exit_fail_perror("memfd");

	return map_file(*fd, size);
}

static void preserve_interleaved(int session, size_t size)
{
	char *file, *other;
	int fd, other_fd;

	file = new_file(&fd, size);
	other = new_file(&other_fd, size);
	for (size_t i = 0; i < size; i += PAGE) {
		pattern_fill(file + i, size, i / PAGE);
		other[i] = 1;
	}
	session_preserve(session, fd, TOKEN_FILE);
}

static void check_file(int session, size_t size)
{
	char *file = map_file(session_retrieve_file(session, TOKEN_FILE), size);
	size_t i;

	for (i = 0; i < size; i += PAGE) {
		if (!pattern_matches(file + i, PAGE, size, i / PAGE))
			break;
	}
	ksft_test_result(i == size, "%zu MiB have their content\n", size >> 20);
}

/* @incomparable: why the boots cannot be compared, or NULL. */
static void report(const struct figures *figures, const char *incomparable)
{
	int64_t small = figures->boot[1] - figures->boot[0];
	int64_t large = figures->boot[2] - figures->boot[0];

	ksft_print_msg("boot beyond an empty one: %zu MiB %lld, %zu MiB %lld instructions\n",
		       SMALL >> 20, (long long)small, LARGE >> 20, (long long)large);
	if (!access(KMEMLEAK, F_OK))
		incomparable = "the kernel scans for leaks";
	/* The empty boot may have waited for more timer interrupts than the other. */
	if (small < 0)
		small = 0;
	if (incomparable)
		ksft_test_result_skip("the boot is not quadratic: %s\n", incomparable);
	else
		ksft_test_result(large < 3 * small + SLACK, "the boot is not quadratic\n");
}

int main(int argc, char *argv[])
{
	uint64_t start = counter();
	struct figures *figures;
	int session, fd, n = stage();

	ksft_print_header();
	figures = new_file(&fd, PAGE);

	if (n > 1) {
		session = session_retrieve(SESSION);
		memcpy(figures, map_file(session_retrieve_file(session, TOKEN_FIGURES),
					 PAGE), sizeof(*figures));
		figures->boot[n - 2] = start - figures->end;
		ksft_set_plan(n == 4 ? 2 : 1);
		if (n == 2)
			ksft_test_result_pass("only figures were preserved\n");
		else
			check_file(session, n == 3 ? SMALL : LARGE);
		session_finish(session);
		close(session);
	} else {
		ksft_set_plan(1);
		ksft_test_result_pass("only figures are preserved\n");
	}

	if (n == 4) {
		report(figures, argc > 1 ? argv[1] : NULL);
		ksft_finished();
	}

	session = session_create(SESSION);
	session_preserve(session, fd, TOKEN_FIGURES);
	if (n > 1)
		preserve_interleaved(session, n == 2 ? SMALL : LARGE);
	session_hold();
	figures->end = counter();
	ksft_finished();
}
