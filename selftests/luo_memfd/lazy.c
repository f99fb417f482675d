// SPDX-License-Identifier: GPL-2.0
/*
 * lazy save|pass|check
 *
 * Files whose pages come when they are used: each call that looks into a file finds
 * what was written, before any page has come. A second update hands over pages that
 * were not used, with changes before it, after preserve, and after an abort.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <libliveupdate.h>

#include "cgroup.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_PAGES	2048UL
#define SIZE		(NR_PAGES * PAGE)
#define HOLE		1000UL
#define HOLE_END	1100UL
#define SLACK_KIB	1024

/* What each page of the file of the current case was written with, 0 for zeroes. */
static unsigned long seeds[NR_PAGES];

static void expect_new(void)
{
	for (unsigned long i = 0; i < NR_PAGES; i++)
		seeds[i] = i < HOLE || i >= HOLE_END;
}

static void write_page(int fd, unsigned long index, unsigned long seed)
{
	unsigned char page[PAGE];

	pattern_fill(page, seed, index);
	if (pwrite(fd, page, PAGE, index * PAGE) != PAGE)
		ksft_exit_fail_perror("pwrite");
	seeds[index] = seed;
}

static int create(bool down)
{
	int fd = memfd_create("lazy", MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, SIZE))
		ksft_exit_fail_perror("memfd_create");
	expect_new();
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		unsigned long index = down ? NR_PAGES - 1 - i : i;

		if (seeds[index])
			write_page(fd, index, seeds[index]);
	}
	return fd;
}

static bool page_is(int fd, unsigned long index, unsigned long seed)
{
	unsigned char page[PAGE];

	if (pread(fd, page, PAGE, index * PAGE) == PAGE &&
	    pattern_matches(page, PAGE, seed, index))
		return true;
	ksft_print_msg("page %lu is not that of seed %lu\n", index, seed);
	return false;
}

static bool all_pages_are(int fd)
{
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		if (!page_is(fd, i, seeds[i]))
			return false;
	}
	return true;
}

static char *map(int fd, int flags)
{
	char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return at;
}

static bool test_read(int fd)
{
	return page_is(fd, NR_PAGES - 1, 1) && all_pages_are(fd);
}

static bool test_write(int fd)
{
	unsigned char page[PAGE];
	char *at = map(fd, MAP_SHARED);

	/* The rest of the page must stay. */
	pattern_fill(page, 1, 7);
	if (pwrite(fd, page + 100, 1, 7 * PAGE + 100) != 1)
		return false;
	pattern_fill(at + 300 * PAGE, 2, 300);
	seeds[300] = 2;
	write_page(fd, HOLE, 3);
	munmap(at, SIZE);
	return all_pages_are(fd);
}

static bool test_huge(int fd)
{
	shmem_enable_huge("always");
	write_page(fd, HOLE + 50, 2);
	write_page(fd, HOLE + 1, 2);
	shmem_enable_huge("never");
	return all_pages_are(fd);
}

static bool zeroed(int fd, unsigned long index, size_t from, size_t to)
{
	unsigned char page[PAGE], wanted[PAGE];

	pattern_fill(wanted, 1, index);
	memset(wanted + from, 0, to - from);
	return pread(fd, page, PAGE, index * PAGE) == PAGE &&
	       !memcmp(page, wanted, PAGE);
}

static bool test_punch(int fd)
{
	struct stat before, after;

	fstat(fd, &before);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      10 * PAGE + 100, 200) ||
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      301 * PAGE, 555 * PAGE))
		return false;
	fstat(fd, &after);
	memset(seeds + 301, 0, 555 * sizeof(*seeds));
	if (!zeroed(fd, 10, 100, 300) ||
	    before.st_blocks - after.st_blocks != 555 * PAGE / 512) {
		ksft_print_msg("%ld blocks before, %ld after\n", before.st_blocks,
			       after.st_blocks);
		return false;
	}
	write_page(fd, 10, 1);
	return all_pages_are(fd);
}

static bool test_truncate(int fd)
{
	if (ftruncate(fd, 500 * PAGE + 7) || ftruncate(fd, SIZE))
		return false;
	memset(seeds + 501, 0, (NR_PAGES - 501) * sizeof(*seeds));
	if (!zeroed(fd, 500, 7, PAGE))
		return false;
	write_page(fd, 500, 1);
	return all_pages_are(fd);
}

static bool seeks(int fd, int whence, unsigned long from, unsigned long to)
{
	off_t at = lseek(fd, from * PAGE, whence);

	if (at == (off_t)(to * PAGE))
		return true;
	ksft_print_msg("from page %lu to %ld, not %lu\n", from, at / PAGE, to);
	return false;
}

static bool seeks_all(int fd)
{
	return seeks(fd, SEEK_DATA, 0, 0) && seeks(fd, SEEK_DATA, 77, 77) &&
	       seeks(fd, SEEK_HOLE, 0, HOLE) &&
	       seeks(fd, SEEK_HOLE, HOLE + 5, HOLE + 5) &&
	       seeks(fd, SEEK_DATA, HOLE, HOLE_END) &&
	       seeks(fd, SEEK_HOLE, HOLE_END, NR_PAGES);
}

static bool test_seek(int fd)
{
	return seeks_all(fd) && page_is(fd, 500, 1) &&
	       page_is(fd, HOLE_END, 1) && seeks_all(fd) &&
	       all_pages_are(fd) && seeks_all(fd);
}

static bool test_fallocate(int fd)
{
	struct stat stat;

	return !fallocate(fd, 0, 0, SIZE) && !fstat(fd, &stat) &&
	       stat.st_blocks == SIZE / 512 && all_pages_are(fd);
}

static bool test_mincore(int fd)
{
	unsigned char before, after;
	char *at = map(fd, MAP_SHARED);
	bool ok;

	if (mincore(at + 600 * PAGE, PAGE, &before))
		return false;
	ok = page_is(fd, 600, 1) && !mincore(at + 600 * PAGE, PAGE, &after) &&
	     !(before & 1) && after & 1;
	munmap(at, SIZE);
	return ok && all_pages_are(fd);
}

static bool test_splice(int fd)
{
	unsigned char page[PAGE];
	loff_t pos = 20 * PAGE;
	int pipes[2];

	if (pipe(pipes) || splice(fd, &pos, pipes[1], NULL, PAGE, 0) != PAGE ||
	    read(pipes[0], page, PAGE) != PAGE)
		return false;
	return pattern_matches(page, PAGE, 1, 20) && all_pages_are(fd);
}

/* Read by way of get_user_pages_remote(), and by a child. */
static bool test_pages_of_others(int fd)
{
	int mem = open("/proc/self/mem", O_RDONLY), status;
	char *at = map(fd, MAP_PRIVATE);
	unsigned char page[PAGE];
	bool ok;

	ok = pread(mem, page, PAGE, (off_t)(at + 40 * PAGE)) == PAGE &&
	     pattern_matches(page, PAGE, 1, 40);
	if (!fork())
		_exit(!pattern_matches(at + 1500 * PAGE, PAGE, 1, 1500));
	wait(&status);
	munmap(at, SIZE);
	close(mem);
	return ok && !status && all_pages_are(fd);
}

static bool test_seal(int fd)
{
	return !fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK) &&
	       all_pages_are(fd);
}

static bool test_cgroup(int fd)
{
	long kib;

	cgroup_enter();
	if (!all_pages_are(fd))
		return false;
	kib = file_get_word(CGROUP "/memory.stat", "shmem") >> 10;
	cgroup_leave();
	cgroup_remove();
	ksft_print_msg("the group is charged %ld KiB\n", kib);
	return labs(kib - (long)(NR_PAGES - (HOLE_END - HOLE)) * 4) < SLACK_KIB;
}

static long nr_pinned(void)
{
	/* Count what each processor has not added yet. */
	file_set("/proc/sys/vm/stat_refresh", 1);
	return file_get_word("/proc/vmstat", "nr_foll_pin_acquired") -
	       file_get_word("/proc/vmstat", "nr_foll_pin_released");
}

/* Some pages have come when the file is preserved, and some come while it is. */
static bool test_abort(int fd)
{
	int session = session_create("abort");
	long pinned = nr_pinned();
	char *at;

	if (!page_is(fd, 700, 1))
		return false;
	session_preserve(session, fd, 0);
	at = map(fd, MAP_SHARED);
	pattern_fill(at + 5 * PAGE, 7, 5);
	seeds[5] = 7;
	munmap(at, SIZE);
	write_page(fd, HOLE, 7);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      1200 * PAGE, 300 * PAGE))
		return false;
	memset(seeds + 1200, 0, 300 * sizeof(*seeds));
	close(session);
	pinned -= nr_pinned();
	if (pinned)
		ksft_print_msg("%ld pages too many were unpinned\n", pinned);
	return !pinned && all_pages_are(fd);
}

static const struct {
	const char *name;
	bool (*run)(int fd);
} tests[] = {
	{ "read", test_read },
	{ "write, by a call and by a mapping", test_write },
	{ "huge pages for a hole", test_huge },
	{ "punch a hole", test_punch },
	{ "truncate", test_truncate },
	{ "SEEK_HOLE and SEEK_DATA", test_seek },
	{ "fallocate", test_fallocate },
	{ "mincore", test_mincore },
	{ "splice", test_splice },
	{ "/proc/self/mem and fork", test_pages_of_others },
	{ "seals", test_seal },
	{ "memory cgroup", test_cgroup },
	{ "preserve, change, and abort", test_abort },
};

/*
 * Behind the files of the tests: one that the next update hands over with changes, one
 * that it does without, one that is closed, and one whose user is killed.
 */
#define TOKEN_NEXT	ARRAY_SIZE(tests)
#define TOKEN_IDLE	(ARRAY_SIZE(tests) + 1)
#define TOKEN_CLOSED	(ARRAY_SIZE(tests) + 2)
#define TOKEN_KILLED	(ARRAY_SIZE(tests) + 3)
#define NR_FILES	(ARRAY_SIZE(tests) + 4)
#define FILE_KIB	((long)(NR_PAGES - (HOLE_END - HOLE)) * 4)

static void save(void)
{
	int session = session_create("lazy");

	for (size_t i = 0; i < NR_FILES; i++)
		session_preserve(session, create(i % 2), i);
	session_hold();
	ksft_test_result_pass("preserve\n");
}

static bool is_freed(long before)
{
	long freed = memory_free() - before;

	ksft_print_msg("%ld KiB were freed\n", freed);
	return labs(freed - FILE_KIB) < SLACK_KIB || !free_memory_is_exact();
}

/* A task that is in the middle of bringing pages. */
static void kill_user(int fd)
{
	pid_t child = fork();

	if (!child) {
		for (unsigned long i = 0;; i = (i + 1) % NR_PAGES) {
			if (!page_is(fd, i, seeds[i]))
				_exit(1);
		}
	}
	usleep(10000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void check_untouched(int *fds, long shmem)
{
	long kib = meminfo("Shmem") - shmem, free;
	struct stat stat;

	fstat(fds[TOKEN_CLOSED], &stat);
	ksft_print_msg("Shmem grew by %ld KiB, %ld blocks\n", kib, stat.st_blocks);
	ksft_test_result(kib < SLACK_KIB && stat.st_blocks == FILE_KIB * 2,
			 "no page has come, all are counted\n");
	expect_new();
	if (!page_is(fds[TOKEN_CLOSED], 900, 1))
		ksft_exit_fail_msg("a page is lost\n");
	free = memory_free();
	close(fds[TOKEN_CLOSED]);
	ksft_test_result(is_freed(free), "a file that is closed is freed\n");

	free = memory_free();
	kill_user(fds[TOKEN_KILLED]);
	if (!all_pages_are(fds[TOKEN_KILLED]))
		ksft_exit_fail_msg("a page is lost\n");
	close(fds[TOKEN_KILLED]);
	ksft_test_result(is_freed(free), "a file whose user was killed is freed\n");
}

/* What the second update must carry. */
static void change_next(int fd, bool preserved)
{
	if (!preserved) {
		write_page(fd, 100, 9);
		write_page(fd, HOLE + 3, 9);
		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      200 * PAGE, 33 * PAGE))
			ksft_exit_fail_perror("fallocate");
		memset(seeds + 200, 0, 33 * sizeof(*seeds));
		return;
	}
	write_page(fd, 1800, 10);
	write_page(fd, HOLE + 4, 10);
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      1300 * PAGE, 77 * PAGE))
		ksft_exit_fail_perror("fallocate");
	memset(seeds + 1300, 0, 77 * sizeof(*seeds));
}

static void pass(void)
{
	long shmem = meminfo("Shmem");
	int session = session_retrieve("lazy");
	int fds[NR_FILES];

	for (size_t i = 0; i < NR_FILES; i++)
		fds[i] = session_retrieve_file(session, i);
	session_finish(session);
	close(session);
	check_untouched(fds, shmem);

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		expect_new();
		ksft_test_result(tests[i].run(fds[i]), "%s\n", tests[i].name);
	}

	expect_new();
	session = session_create("next");
	change_next(fds[TOKEN_NEXT], false);
	session_preserve(session, fds[TOKEN_NEXT], 0);
	session_preserve(session, fds[TOKEN_IDLE], 1);
	change_next(fds[TOKEN_NEXT], true);
	session_hold();
	ksft_test_result_pass("preserve again\n");
}

static void check(void)
{
	int session = session_retrieve("next");
	int fd = session_retrieve_file(session, 0);
	int idle = session_retrieve_file(session, 1);

	session_finish(session);
	expect_new();
	ksft_test_result(all_pages_are(idle), "a file that nobody used\n");
	memset(seeds + 200, 0, 33 * sizeof(*seeds));
	memset(seeds + 1300, 0, 77 * sizeof(*seeds));
	seeds[100] = 9;
	seeds[HOLE + 3] = 9;
	seeds[1800] = 10;
	seeds[HOLE + 4] = 10;
	ksft_test_result(all_pages_are(fd), "after a second update\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	if (!strcmp(what, "save")) {
		ksft_set_plan(1);
		save();
	} else if (!strcmp(what, "pass")) {
		ksft_set_plan(ARRAY_SIZE(tests) + 4);
		pass();
	} else {
		ksft_set_plan(2);
		check();
	}
	ksft_finished();
}
