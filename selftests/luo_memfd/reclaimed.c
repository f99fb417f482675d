// SPDX-License-Identifier: GPL-2.0
/*
 * reclaimed save|check
 *
 * Threads read holes of a preserved file through a mapping, which adds clean pages of zeroes,
 * while other threads drop all clean pages, up to the jump. Freeze finds pages that disappear
 * while it looks at them. It must not allocate them again: it would wait for itself.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <libliveupdate.h>

#include "../luo_lib/late.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define NR_PAGES	0x8000UL
#define NR_READERS	2
#define NR_DROPPERS	2
#define STEP		64UL	/* pages that a reader reads between two counts */
#define LEISURE_USECS	1000
#define TOKEN_DATA	1
#define TOKEN_COUNTS	2

static unsigned char *data;

/* Pages that are mapped are not dropped, so unmap them after reading. */
static bool read_holes(unsigned long first, unsigned long nr)
{
	for (unsigned long index = first; index < first + nr; index++)
		if (index % 2 && data[index * PAGE])
			return false;
	return !madvise(data + first * PAGE, nr * PAGE, MADV_DONTNEED);
}

static void drop(void)
{
	file_set("/proc/sys/vm/drop_caches", 1);
}

/* Each reader reads every other group of pages, again and again. */
static bool change(int i, unsigned long n)
{
	if (i < NR_READERS)
		return read_holes((NR_READERS * n + i) * STEP % NR_PAGES, STEP);
	drop();
	return true;
}

static long nr_resident(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		ksft_exit_fail_perror("fstat");
	return st.st_blocks * 512 / PAGE;
}

/* Check that the test does what it is for. */
static void check_drop(int fd)
{
	long before = nr_resident(fd), with_holes;
	bool zeroes = read_holes(0, NR_PAGES);

	with_holes = nr_resident(fd);
	drop();
	ksft_test_result(zeroes && with_holes > before && nr_resident(fd) < with_holes,
			 "clean pages are dropped: %ld of %ld\n",
			 with_holes - nr_resident(fd), with_holes - before);
}

/* Even pages have data, odd ones are holes. */
static void save(void)
{
	int session = session_create("reclaimed"), fd = memfd_create("reclaimed", 0);
	unsigned char page[PAGE];

	if (fd < 0 || ftruncate(fd, NR_PAGES * PAGE))
		ksft_exit_fail_perror("memfd");
	for (unsigned long i = 0; i < NR_PAGES; i += 2) {
		pattern_fill(page, 1, i);
		if (pwrite(fd, page, PAGE, i * PAGE) != PAGE)
			ksft_exit_fail_perror("write");
	}
	session_preserve(session, fd, TOKEN_DATA);
	data = mmap(NULL, NR_PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	check_drop(fd);
	late_start(session, TOKEN_COUNTS, NR_READERS + NR_DROPPERS, LEISURE_USECS, change);
	session_hold();
	ksft_test_result_pass("pages come and go\n");
}

static void check(void)
{
	int session = session_retrieve("reclaimed");
	int fd = session_retrieve_file(session, TOKEN_DATA);
	unsigned long counts[LATE_MAX_WRITERS], good = 0;
	unsigned char page[PAGE];

	while (good < NR_PAGES && pread(fd, page, PAGE, good * PAGE) == PAGE &&
	       pattern_matches(page, PAGE, good % 2 ? 0 : 1, good))
		good++;
	ksft_test_result(good == NR_PAGES, "the contents are unchanged\n");
	late_counts(session, TOKEN_COUNTS, counts);
	ksft_test_result(counts[0] && counts[1] && counts[NR_READERS],
			 "pages were read %lu times, and dropped %lu times\n",
			 counts[0] + counts[1], counts[NR_READERS]);
	session_finish(session);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(2);
	if (first)
		save();
	else
		check();
	ksft_finished();
}
