// SPDX-License-Identifier: GPL-2.0
/*
 * preserve WORK[:LABEL] SIZE...
 *
 * The cost and the memory of preserving the files of WORK, in each of the sizes (in MiB,
 * or in KiB with a K). KHO shows its preservations only in the first kernel of a chain.
 *
 * Files are preserved twice, and measured the second time. The first time, pages in the
 * scratch areas of KHO are moved, and their number depends on earlier allocations. Holes
 * that were filled are punched again.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "../luo_lib/kho.h"
#include "work.h"

#define SESSION		"bench"
#define TOKEN_FIRST	0x100000000UL

static void preserve_first(const struct work *work)
{
	int session = session_create(SESSION);

	work_preserve(work, session);
	close(session);
	work_punch(work);
}

/* Create a session with a file. The cost of both is not counted. */
static int session_with_file(void)
{
	int session = session_create(SESSION);
	int fd = memfd_create("page", 0);

	if (fd < 0 || write(fd, SESSION, 1) != 1)
		ksft_exit_fail_perror("memfd");
	session_preserve(session, fd, TOKEN_FIRST);
	close(fd);

	return session;
}

static void measure(const struct work *work)
{
	int session = session_with_file();
	long content = work_memory(work), memory = memory_free(), moved = work_moved();
	struct kho before = kho_read(), after;
	uint64_t start = counter();

	work_preserve(work, session);
	work_figure_since(work, "preserve", start);
	after = kho_read();
	work_figure(work, "moved-again", work_moved() - moved, "pages");
	work_figure(work, "memory", memory - memory_free(), "KiB");
	work_figure(work, "holes", (work_memory(work) - content) >> 10, "KiB");
	work_figure(work, "metadata", after.bytes - before.bytes - work_memory(work), "bytes");
	work_figure(work, "keys", after.keys - before.keys, "keys");
	work_figure(work, "map", after.tables - before.tables, "bytes");

	start = counter();
	close(session);
	work_figure_since(work, "release", start);
}

int main(int argc, char *argv[])
{
	ksft_print_header();
	if (argc < 3)
		ksft_exit_fail_msg("preserve WORK[:LABEL] SIZE...\n");
	ksft_set_plan(argc - 2);
	for (int i = 2; i < argc; i++) {
		struct work work = work_new(argv[1], argv[i]);

		work_create(&work);
		preserve_first(&work);
		measure(&work);
		ksft_test_result(work_read(&work), "%s %s: the content is there\n",
				 work.label, argv[i]);
		work_end(&work);
	}
	ksft_finished();
}
