// SPDX-License-Identifier: GPL-2.0
/*
 * hugetlbs save|check CASES
 *
 * Corrupt hugetlb files: pairs.h describes the program, and corrupt.sh the cases.
 */
#define _GNU_SOURCE
#include <linux/memfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/pattern.h"
#include "pairs.h"

#define HUGE		(2UL << 20)
#define NR_PAGES	8

/* A file with three pages, which are three extents, and a reserved range, or with one page. */
static int create(int number, bool is_corrupt)
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
		pattern_fill(map + 2 * HUGE + PAGE, number + 1, 1);
	}
	munmap(map, NR_PAGES * HUGE);
	return fd;
}

static bool is_unchanged(int fd, int number)
{
	char page[PAGE];

	return pread(fd, page, PAGE, 2 * HUGE + PAGE) == PAGE &&
	       pattern_matches(page, PAGE, number + 1, 1);
}

int main(int argc, char *argv[])
{
	static const struct pairs files = {
		.kind = "hugetlb",
		.handler = "luo_hugetlb",
		.create = create,
		.is_unchanged = is_unchanged,
	};

	return pairs_main(argc, argv, &files);
}
