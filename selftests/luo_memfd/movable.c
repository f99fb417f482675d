// SPDX-License-Identifier: GPL-2.0
/*
 * movable save|check
 *
 * Preserving a file moves its pages out of the scratch areas of KHO, and no others: those in
 * ZONE_MOVABLE stay where they are, because the next kernel does not allocate there first.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/place.h"
#include "../luo_lib/session.h"

#define NR_PAGES	16384
#define STEP		16	/* every page would take too long */
#define NR_MOVABLE	100	/* of those that are looked at */
#define NR_SAMPLES	64	/* to choose a file */
#define MAX_FILES	24

static unsigned char *map(int fd)
{
	unsigned char *mem = mmap(NULL, NR_PAGES * PAGE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_POPULATE, fd, 0);

	if (mem == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return mem;
}

static bool in_movable(const unsigned char *mem)
{
	unsigned long place = place_of(mem);

	return place_in_zone(place, "Movable") && !place_in_scratch(place);
}

/*
 * Create a file with many pages in ZONE_MOVABLE, outside of the scratch areas. The page
 * allocator may prefer these, so fill them with other files first.
 */
static int create(void)
{
	int nr_movable = 0;
	unsigned char *mem;
	int fd;

	for (int i = 0; i < MAX_FILES && nr_movable < NR_SAMPLES / 4; i++) {
		fd = memfd_create("movable", 0);
		if (fd < 0 || ftruncate(fd, NR_PAGES * PAGE))
			ksft_exit_fail_perror("memfd");
		mem = map(fd);
		nr_movable = 0;
		for (int k = 0; k < NR_SAMPLES; k++)
			nr_movable += in_movable(mem + k * (NR_PAGES / NR_SAMPLES) * PAGE);
		munmap(mem, NR_PAGES * PAGE);
	}
	return fd;
}

static void save(void)
{
	static unsigned long before[NR_PAGES / STEP];
	unsigned long now, nr_movable = 0, nr_scratch = 0, nr_moved = 0, nr_left = 0;
	int session = session_create("movable"), fd = create();
	unsigned char *mem;

	mem = map(fd);
	for (int i = 0; i < NR_PAGES; i++)
		pattern_fill(mem + i * PAGE, 1, i);
	for (int i = 0; i < NR_PAGES / STEP; i++)
		before[i] = place_of(mem + i * STEP * PAGE);
	munmap(mem, NR_PAGES * PAGE);

	session_preserve(session, fd, 0);

	mem = map(fd);
	for (int i = 0; i < NR_PAGES / STEP; i++) {
		now = place_of(mem + i * STEP * PAGE);
		nr_left += place_in_scratch(now);
		if (place_in_scratch(before[i])) {
			nr_scratch++;
		} else if (place_in_zone(before[i], "Movable")) {
			nr_movable++;
			nr_moved += now != before[i];
		}
	}
	ksft_print_msg("%lu of %d pages were in scratch areas, and %lu of the others in ZONE_MOVABLE\n",
		       nr_scratch, NR_PAGES / STEP, nr_movable);
	ksft_test_result(!nr_left, "no page is in a scratch area\n");
	ksft_test_result(nr_movable >= NR_MOVABLE && !nr_moved,
			 "no page in ZONE_MOVABLE was moved: %lu\n", nr_moved);
	session_hold();
}

static void check(void)
{
	int session = session_retrieve("movable"), fd = session_retrieve_file(session, 0);

	ksft_test_result(pattern_matches_file(fd, 1, NR_PAGES),
			 "the contents are unchanged\n");
	session_finish(session);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? 2 : 1);
	if (first)
		save();
	else
		check();
	ksft_finished();
}
