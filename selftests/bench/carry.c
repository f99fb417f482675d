// SPDX-License-Identifier: GPL-2.0
/*
 * carry WORK[:LABEL] SIZE...
 *
 * Stage n preserves the files of WORK in the nth size (in MiB, or in KiB with a K), and
 * stage n + 1 measures the boot with them and their retrieve. The size 0 preserves
 * nothing: the other boots are compared with that one. A "-" is a stage that preserves
 * and measures nothing, for chains of several kernels. Each stage hands over a file with
 * the figures so far.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "jump.h"
#include "work.h"

#define SESSION		"bench"
#define TOKEN_FIGURES	0x100000000UL
#define EMPTY		"0"
#define NOTHING		"-"
#define LEDGER		"/sys/kernel/luo_ledger/"

/* The figures that a stage hands over to the next one: values of the counter. */
struct figures {
	uint64_t end;
	uint64_t empty;
};

static struct figures *map_figures(int fd)
{
	struct figures *figures = mmap(NULL, sizeof(*figures), PROT_READ | PROT_WRITE,
				       MAP_SHARED, fd, 0);

	if (figures == MAP_FAILED)
		ksft_exit_fail_perror("mmap");

	return figures;
}

static void measure(struct work *work, int session)
{
	uint64_t start = counter();

	work_retrieve(work, session);
	work_figure_since(work, "retrieve", start);

	work_map(work);
	start = counter();
	ksft_test_result(work_read(work), "%s %lu KiB: the content is there\n",
			 work->label, work->kib);
	work_figure_since(work, "access", start);

	start = counter();
	session_finish(session);
	work_figure_since(work, "finish", start);
}

/*
 * Print the cost of the freeze from the ledger, which measures from the call into the
 * live update core to the shutdown of devices. Between two messages of the kernel, most
 * of the time of such a short freeze is that of printing the first message.
 */
static void measure_freeze(const struct work *work)
{
	long start = file_get(LEDGER "freeze"), end = file_get(LEDGER "devices");

	work_figure(work, "freeze", end - start, "instructions");
}

/* Retrieve the files of the last stage and its notes. */
static struct figures arrive(struct work *work, const char *size, uint64_t start)
{
	int session = session_retrieve(SESSION);
	int fd = session_retrieve_file(session, TOKEN_FIGURES);
	struct figures *map = map_figures(fd), figures = *map;
	uint64_t boot = start - figures.end;

	ksft_print_msg("boot: %llu instructions\n", (unsigned long long)boot);
	if (!strcmp(size, EMPTY))
		figures.empty = boot;
	if (work->nr) {
		work_figure(work, "boot", boot - figures.empty, "instructions");
		if (work->late)
			measure_freeze(work);
		measure(work, session);
	} else {
		session_finish(session);
		ksft_test_result_pass("a boot with %s\n", size);
	}
	munmap(map, sizeof(*map));
	close(fd);

	return figures;
}

/* Preserve the files. Pages in the scratch areas of KHO are moved first. */
static void preserve_files(const struct work *work, int session)
{
	long moved = work_moved();
	uint64_t start = counter();

	work_preserve(work, session);
	if (!work->nr)
		return;
	work_figure_since(work, "preserve-moving", start);
	work_figure(work, "moved", work_moved() - moved, "pages");
}

/* Preserve files for the next stage, and boot its kernel. */
static void leave(struct work *work, const char *size, const struct figures *figures)
{
	int session = session_create(SESSION);
	int fd = memfd_create("figures", 0);
	struct figures *map;

	if (fd < 0 || ftruncate(fd, sizeof(*map)))
		ksft_exit_fail_perror("figures");
	map = map_figures(fd);
	*map = *figures;
	session_preserve(session, fd, TOKEN_FIGURES);
	work_create(work);
	preserve_files(work, session);
	work_add_late(work);
	ksft_test_result_pass("%s is preserved\n", size);
	jump_load();
	ksft_print_cnts();
	jump_boot(work->late || !strcmp(size, NOTHING) ? NULL : work->label, work->kib,
		  work_pages(work), &map->end);
}

int main(int argc, char *argv[])
{
	uint64_t start = counter();
	int n = stage(), nr_sizes = argc - 2;
	struct figures figures = {};
	struct work work;

	ksft_print_header();
	if (nr_sizes < n - 1)
		ksft_exit_fail_msg("carry WORK[:LABEL] SIZE...\n");
	ksft_set_plan((n > 1) + (n <= nr_sizes));
	if (n > 1) {
		work = work_new(argv[1], argv[n]);
		figures = arrive(&work, argv[n], start);
		work_end(&work);
	}
	if (n <= nr_sizes) {
		work = work_new(argv[1], argv[n + 1]);
		leave(&work, argv[n + 1], &figures);
	}
	ksft_finished();
}
