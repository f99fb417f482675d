// SPDX-License-Identifier: GPL-2.0
/*
 * collapse save|pass|check
 *
 * Files of small pages between those of another file become files of huge pages when
 * they are preserved: all of the file, or as much as possible if there is a hole, if a
 * page is in use, or if the limit of a cgroup is reached. The number of huge pages of
 * each file is handed over in another file.
 *
 * A writer increments a counter in each page of some files while they are collapsed,
 * and continues in the last one until the jump. It records each finished write in another
 * file, whose pages are not collapsed.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "cgroup.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define COLLAPSE	"/sys/module/luo_memfd/parameters/collapse"
#define HUGE_PAGES	512L
#define HUGE_KIB	2048
#define RANGES		4
#define SIZE		(RANGES * HUGE_PAGES * PAGE)
#define NR_COUNTERS	(RANGES * HUGE_PAGES)
#define SHORT_BY	(HUGE_PAGES * PAGE / 2)
#define ROUNDS		10
#define WARM_UP_USECS	20000
#define SEED		7

enum {
	TOKEN_TOTALS = 100,
	TOKEN_COUNTED,
	TOKEN_REPORTED,
};

static void hold_a_page(int fd);
static void limit_memory(int fd);

/**
 * struct collapse_file - A file that is preserved.
 * @shape:   Its content, in small pages at first.
 * @prepare: Called before the file is preserved, or NULL.
 * @huge:    Number of huge pages that it must have after that.
 */
static const struct collapse_file {
	struct shape shape;
	void (*prepare)(int fd);
	int huge;
} files[] = {
	{ { "scattered", .size = SIZE, .before = PAGES(0, 1, 1, NR_COUNTERS) },
	  .huge = RANGES },
	{ { "with a hole", .size = SIZE,
	    .before = PAGES(0, HUGE_PAGES + 300, HUGE_PAGES + 299, 2) },
	  .huge = 2 },
	{ { "with an end", .size = HUGE_PAGES * PAGE + 5 * PAGE + 10,
	    .before = PAGES(0, 1, 1, HUGE_PAGES + 6) },
	  .huge = 1 },
	{ { "with a page in use", .size = SIZE,
	    .before = PAGES(0, 1, 1, NR_COUNTERS) },
	  .prepare = hold_a_page, .huge = RANGES - 1 },
	{ { "without memory", .size = SIZE,
	    .before = PAGES(0, 1, 1, NR_COUNTERS) },
	  .prepare = limit_memory, .huge = 0 },
};

#define NR_FILES	ARRAY_SIZE(files)

static long huge_pages(void)
{
	return meminfo("ShmemHugePages") / HUGE_KIB;
}

static void *map_file(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return map;
}

static int new_file(const char *name, size_t size)
{
	int fd = memfd_create(name, MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, size))
		ksft_exit_fail_perror("memfd");
	return fd;
}

/* A pipe that is never read holds the page. It is closed when this process exits. */
static void hold_a_page(int fd)
{
	loff_t offset = (HUGE_PAGES + 1) * PAGE;
	int ends[2];

	if (pipe(ends) || splice(fd, &offset, ends[1], NULL, PAGE, 0) != PAGE)
		ksft_exit_fail_perror("splice");
}

/* The file is charged to the group, and the limit does not allow another huge page. */
static void limit_memory(int fd)
{
	file_set(CGROUP "/memory.max",
		 file_get(CGROUP "/memory.current") + SHORT_BY);
}

static bool has_huge_pages(const char *name, long found, long wanted)
{
	ksft_print_msg("%s: %ld huge pages, wanted %ld\n", name, found, wanted);
	return found == wanted;
}

/* Write the pages alternately with those of another file, so that none are adjacent. */
static int create(const struct collapse_file *file, int *other)
{
	struct pages pages = file->shape.before;
	unsigned char page[PAGE], *map;
	int fd = new_file(file->shape.name, file->shape.size);

	*other = new_file("other", SIZE);
	map = map_file(*other, SIZE);
	for (unsigned long i = 0; i < pages.run * pages.count; i++) {
		unsigned long index = pages.first + i / pages.run * pages.step +
				      i % pages.run;
		off_t rest = file->shape.size - index * PAGE;
		ssize_t len = rest < PAGE ? rest : PAGE;

		pattern_fill(page, SEED, index);
		if (pwrite(fd, page, len, index * PAGE) != len)
			ksft_exit_fail_perror(file->shape.name);
		map[i * PAGE] = 1;
	}
	munmap(map, SIZE);
	return fd;
}

static bool preserve_file(const struct collapse_file *file, int session,
			  unsigned long token)
{
	bool limited = file->prepare == limit_memory, good;
	long before;
	int fd, other;

	if (limited)
		cgroup_enter();
	fd = create(file, &other);
	before = huge_pages();
	if (file->prepare)
		file->prepare(fd);
	session_preserve(session, fd, token);
	/* With luo_memfd.lazy=on, the pages come when they are read. */
	good = shape_check(&file->shape, fd, SEED, 0) &&
	       has_huge_pages(file->shape.name, huge_pages() - before,
			      file->huge) &&
	       shape_check_blocks(&file->shape, fd, false);
	close(other);
	close(fd);
	if (limited) {
		cgroup_leave();
		cgroup_remove();
	}
	return good;
}

/* By default, no page is copied. */
static bool preserve_off(void)
{
	int session = session_create("off"), fd, other;
	long before = huge_pages();

	file_set(COLLAPSE, 0);
	fd = create(&files[0], &other);
	session_preserve(session, fd, 0);
	close(fd);
	close(other);
	if (!has_huge_pages("off", huge_pages() - before, 0))
		return false;
	close(session);
	file_set(COLLAPSE, 1);
	return true;
}

struct counter {
	atomic_ulong count;
	char padding[PAGE - sizeof(atomic_ulong)];
};

/* The counters in the pages, and those that the writer has recorded. */
struct counters {
	int fd;
	int reported_fd;
	struct counter *pages;
	atomic_ulong *reported;
	pid_t writer;
};

static void map_counters(struct counters *counters)
{
	counters->pages = map_file(counters->fd, SIZE);
	counters->reported = map_file(counters->reported_fd,
				      NR_COUNTERS * sizeof(*counters->reported));
}

static void count_for_ever(struct counters *counters)
{
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (unsigned long n = 1; ; n++) {
		for (int i = 0; i < NR_COUNTERS; i++) {
			/* A write that was lost is not repeated, so that it is found. */
			if (atomic_load(&counters->pages[i].count) !=
			    atomic_load(&counters->reported[i]))
				continue;
			atomic_store(&counters->pages[i].count, n);
			atomic_store(&counters->reported[i], n);
		}
	}
}

static struct counters start_counting(void)
{
	struct counters counters = {
		.fd = new_file("counted", SIZE),
		.reported_fd = new_file("reported", NR_COUNTERS * sizeof(long)),
	};

	map_counters(&counters);
	counters.writer = fork();
	if (!counters.writer)
		count_for_ever(&counters);
	/* Wait until it has written every page. */
	while (!atomic_load(&counters.reported[NR_COUNTERS - 1]))
		usleep(WARM_UP_USECS);
	return counters;
}

static void end_counters(struct counters *counters)
{
	munmap(counters->pages, SIZE);
	munmap(counters->reported, NR_COUNTERS * sizeof(*counters->reported));
	close(counters->fd);
	close(counters->reported_fd);
}

/* The counter in a page may be one ahead of the recorded one. */
static bool nothing_is_lost(const struct counters *counters)
{
	unsigned long lost = 0, most = 0;

	for (int i = 0; i < NR_COUNTERS; i++) {
		unsigned long page = atomic_load(&counters->pages[i].count);
		unsigned long reported = atomic_load(&counters->reported[i]);

		lost += page != reported && page != reported + 1;
		if (reported > most)
			most = reported;
	}
	ksft_print_msg("counted to %lu, %lu pages have lost a write\n", most,
		       lost);
	return most && !lost;
}

static bool collapse_while_counting(void)
{
	long before = huge_pages(), huge = 0;
	bool good = true;

	for (int i = 0; good && i < ROUNDS; i++) {
		struct counters counters = start_counting();
		int session = session_create("counting");

		session_preserve(session, counters.fd, 0);
		huge += huge_pages() - before;
		usleep(WARM_UP_USECS);
		kill(counters.writer, SIGKILL);
		waitpid(counters.writer, NULL, 0);
		good = nothing_is_lost(&counters);
		close(session);
		end_counters(&counters);
	}
	ksft_print_msg("%ld of %d ranges became huge pages meanwhile\n", huge,
		       ROUNDS * RANGES);
	return good && huge;
}

static void save(void)
{
	int session, fd = new_file("totals", PAGE);
	long *totals = map_file(fd, PAGE);
	struct counters counters;

	ksft_test_result(preserve_off(), "off: no page is collapsed\n");
	ksft_test_result(collapse_while_counting(),
			 "collapsed while being written: no write is lost\n");
	session = session_create("collapse");
	for (size_t i = 0; i < NR_FILES; i++)
		ksft_test_result(preserve_file(&files[i], session, i),
				 "preserve %s\n", files[i].shape.name);

	totals[0] = huge_pages();
	counters = start_counting();
	session_preserve(session, counters.fd, TOKEN_COUNTED);
	session_preserve(session, counters.reported_fd, TOKEN_REPORTED);
	totals[0] = huge_pages() - totals[0];
	session_preserve(session, fd, TOKEN_TOTALS);
	session_hold();
}

static bool check_file(const struct collapse_file *file, int session,
		       unsigned long token)
{
	long before = huge_pages();
	int fd = session_retrieve_file(session, token);
	bool good;

	/* With luo_memfd.lazy=on, the pages come when they are read. */
	good = shape_check(&file->shape, fd, SEED, 0) &&
	       has_huge_pages(file->shape.name, huge_pages() - before,
			      file->huge) &&
	       shape_check_blocks(&file->shape, fd, false);
	close(fd);
	return good;
}

static bool check_counted(int session)
{
	int fd = session_retrieve_file(session, TOKEN_TOTALS);
	long *totals = map_file(fd, PAGE), before = huge_pages();
	struct counters counters = {
		.fd = session_retrieve_file(session, TOKEN_COUNTED),
		.reported_fd = session_retrieve_file(session, TOKEN_REPORTED),
	};
	bool good;

	map_counters(&counters);
	good = nothing_is_lost(&counters) &&
	       has_huge_pages("counted", huge_pages() - before, totals[0]);
	end_counters(&counters);
	munmap(totals, PAGE);
	close(fd);
	return good;
}

static void check(void)
{
	int session = session_retrieve("collapse");

	for (size_t i = 0; i < NR_FILES; i++)
		ksft_test_result(check_file(&files[i], session, i),
				 "retrieve %s\n", files[i].shape.name);
	ksft_test_result(check_counted(session),
			 "written until the end: no write is lost\n");
	session_finish(session);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan((!first ? NR_FILES + 1 : 0) + (!last ? NR_FILES + 2 : 0));
	if (!first)
		check();
	if (!last)
		save();
	ksft_finished();
}
