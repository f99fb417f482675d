// SPDX-License-Identifier: GPL-2.0
/*
 * swap save|check
 *
 * Preserves files whose pages are in swap, and swaps their pages out after the kexec.
 */
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_PAGES	4096

enum { SWAPPED, CLEAN, LATE, NR_FILES };

static const struct shape files[NR_FILES] = {
	[SWAPPED] = { "swapped out before", .size = NR_PAGES * PAGE,
		      .before = PAGES(0, 1, 1, NR_PAGES) },
	[CLEAN] = { "CVE-2026-43389, clean before and dirty after",
		    .size = NR_PAGES * PAGE, .allocated = true,
		    .after = PAGES(0, 1, 1, NR_PAGES) },
	[LATE] = { "written while preserved", .size = NR_PAGES * PAGE,
		   .after = PAGES(0, 1, 1, NR_PAGES) },
};

static unsigned char *map_file(const struct shape *shape, int fd)
{
	void *map = mmap(NULL, shape->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, 0);

	if (map == MAP_FAILED)
		ksft_exit_fail_perror(shape->name);
	return map;
}

/* Map the pages without dirtying them, and swap them out. */
static bool swap_out(const struct shape *shape, int fd)
{
	long before = file_get_word("/proc/vmstat", "pswpout"), out;
	unsigned char *map = map_file(shape, fd);

	if (madvise(map, shape->size, MADV_POPULATE_READ) ||
	    madvise(map, shape->size, MADV_PAGEOUT))
		ksft_exit_fail_perror("madvise");
	munmap(map, shape->size);
	out = file_get_word("/proc/vmstat", "pswpout") - before;
	ksft_print_msg("%s: %ld of %d pages swapped out\n", shape->name, out,
		       NR_PAGES);
	return out > NR_PAGES * 9 / 10;
}

static void write_map(unsigned char *map)
{
	for (unsigned long i = 0; i < NR_PAGES; i++)
		pattern_fill(map + i * PAGE, 2, i);
}

/*
 * CVE-2026-43389: the dirty bit of a page was read when the file was preserved. A page that
 * is written later through a mapping is dirty only in the page table. The next kernel
 * treated it as clean, and dropped it under memory pressure.
 */
static void save_files(void)
{
	int session = session_create("swap");
	unsigned char *maps[NR_FILES];
	int fds[NR_FILES];

	for (int i = 0; i < NR_FILES; i++)
		fds[i] = shape_create(&files[i], 1);
	ksft_test_result(swap_out(&files[SWAPPED], fds[SWAPPED]),
			 "pages are swapped out\n");
	maps[CLEAN] = map_file(&files[CLEAN], fds[CLEAN]);
	ksft_test_result(!madvise(maps[CLEAN], files[CLEAN].size,
				  MADV_POPULATE_READ),
			 "pages are mapped clean\n");
	for (int i = 0; i < NR_FILES; i++)
		session_preserve(session, fds[i], i);
	maps[LATE] = map_file(&files[LATE], fds[LATE]);
	write_map(maps[CLEAN]);
	write_map(maps[LATE]);
	session_hold();
}

static void check_files(void)
{
	int session = session_retrieve("swap");
	int fds[NR_FILES];

	for (int i = 0; i < NR_FILES; i++)
		fds[i] = session_retrieve_file(session, i);
	session_finish(session);
	for (int i = 0; i < NR_FILES; i++) {
		ksft_test_result(swap_out(&files[i], fds[i]),
				 "%s: swapped out again\n", files[i].name);
		ksft_test_result(shape_check(&files[i], fds[i], 1, 2),
				 "%s: read again with its content\n",
				 files[i].name);
	}
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? 2 : 2 * NR_FILES);
	if (first)
		save_files();
	else
		check_files();
	ksft_finished();
}
