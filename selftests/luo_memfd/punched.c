// SPDX-License-Identifier: GPL-2.0
/*
 * punched save|pass|check
 *
 * Punches holes into files that are preserved, and fills others, so that the number of
 * pages does not show what has changed. In the next kernel each page must have its last
 * content: a hole that has the data of before would be as wrong as a page that is lost.
 * Once, a kexec is cancelled in between.
 */
#include <stdlib.h>
#include <sys/reboot.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define REFUSER		"/dev/luo_file_test"
#define TOKEN_REFUSER	1000
#define HUGE		512UL
#define NR_PAGES	8192UL
#define MANY		6000UL

/**
 * struct hole - Pages that are changed after the file was preserved.
 * @first: The first page.
 * @nr:    Number of pages.
 * @fill:  Fill them. Otherwise punch them.
 */
struct hole {
	unsigned long first;
	unsigned long nr;
	bool fill;
};

/**
 * struct file - A file.
 * @name:  Its name in messages.
 * @step:  Every @step-th page is written. If it is not 1, the pages in memory alternate
 *         with those of another file.
 * @huge:  Use huge pages.
 * @many:  After @holes, punch every third page up to @many, one by one.
 * @holes: The changes, up to one with no pages.
 */
struct file {
	const char *name;
	unsigned long step;
	bool huge;
	unsigned long many;
	struct hole holes[8];
};

static const struct file files[] = {
	{ "one for one", 2, .holes = { { 10, 1 }, { 11, 1, true } } },
	{ "edges", 1, .holes = { { 0, 1 }, { NR_PAGES - 1, 1 }, { 100, 1 } } },
	{ "blocks", 1, .holes = { { 512, 512 }, { 1000, 700 }, { 3, 40 } } },
	{ "and back", 1, .holes = { { 64, 300 }, { 70, 100, true },
				    { 80, 5 }, { 300, 1, true } } },
	{ "scattered", 2, .holes = { { 500, 3000 }, { 600, 200, true } } },
	{ "one by one", 1, .many = MANY },
	{ "scattered one by one", 2, .many = MANY },
	{ "all", 1, .holes = { { 0, NR_PAGES } } },
	{ "all but one", 2, .holes = { { 0, NR_PAGES }, { 77, 1, true } } },
	{ "huge", 1, true, .holes = { { 0, HUGE }, { HUGE + 5, 1 },
				      { 3 * HUGE - 1, 2 },
				      { 4 * HUGE + 7, 9 },
				      { 4 * HUGE + 8, 1, true } } },
};

#define NR_FILES	((int)ARRAY_SIZE(files))

static int fds[NR_FILES];
static unsigned char seeds[NR_PAGES];

static void write_page(int fd, unsigned long index, unsigned char seed)
{
	unsigned char page[PAGE];

	seeds[index] = seed;
	if (fd < 0)
		return;
	pattern_fill(page, seed, index);
	if (pwrite(fd, page, PAGE, index * PAGE) != PAGE)
		ksft_exit_fail_perror("write");
}

static void punch(int fd, unsigned long first, unsigned long nr)
{
	memset(seeds + first, 0, nr);
	if (fd >= 0 &&
	    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      first * PAGE, nr * PAGE))
		ksft_exit_fail_perror("punch");
}

/* The content of the page differs between the two rounds. */
static void fill(const struct file *file, int fd, int generation)
{
	memset(seeds, 0, sizeof(seeds));
	if (fd >= 0)
		punch(fd, 0, NR_PAGES);
	for (unsigned long i = 0; i < NR_PAGES; i += file->step)
		write_page(fd, i, 2 * generation);
}

static void change(const struct file *file, int fd, int generation)
{
	for (const struct hole *hole = file->holes; hole->nr; hole++) {
		for (unsigned long i = 0; i < hole->nr && hole->fill; i++)
			write_page(fd, hole->first + i, 2 * generation + 1);
		if (!hole->fill)
			punch(fd, hole->first, hole->nr);
	}
	for (unsigned long i = 0; i < file->many; i += 3)
		punch(fd, i, 1);
}

/* Extend the file a little. */
static void change_again(const struct file *file, int fd, int generation)
{
	unsigned long last = NR_PAGES - 100;

	punch(fd, last, 4);
	write_page(fd, last + 2, 2 * generation + 1);
	write_page(fd, last + 7, 2 * generation + 1);
	if (file->holes[0].nr)
		punch(fd, file->holes[0].first, 1);
}

static bool check_file(const struct file *file, int fd)
{
	unsigned long wrong = 0, i;
	unsigned char page[PAGE];

	for (i = 0; i < NR_PAGES; i++) {
		if (pread(fd, page, PAGE, i * PAGE) == PAGE &&
		    pattern_matches(page, PAGE, seeds[i], i))
			continue;
		if (!wrong++)
			ksft_print_msg("%s: page %lu does not have its last content\n",
				       file->name, i);
	}
	return !wrong;
}

/* After a kexec that a file refuses, all files are still preserved and no longer frozen. */
static void call_off(int session)
{
	int refuser = open(REFUSER, O_RDWR);

	if (refuser < 0 || write(refuser, "freeze 16", 9) != 9)
		ksft_exit_fail_perror(REFUSER);
	session_preserve(session, refuser, TOKEN_REFUSER);
	if (system("kexec-load"))
		ksft_exit_fail_msg("kexec-load\n");
	ksft_test_result(reboot(RB_KEXEC) && errno == EBUSY,
			 "the kexec is aborted\n");
	if (write(refuser, "freeze 0", 8) != 8)
		ksft_exit_fail_perror(REFUSER);
	close(refuser);
}

static void save(bool first)
{
	int session, i;

	for (i = 0; first && i < NR_FILES; i++) {
		fds[i] = memfd_create(files[i].name, 0);
		if (fds[i] < 0 || ftruncate(fds[i], NR_PAGES * PAGE))
			ksft_exit_fail_perror("memfd");
	}
	session = session_create("punched");
	for (i = 0; i < NR_FILES; i++) {
		shmem_enable_huge(files[i].huge ? "always" : "never");
		fill(&files[i], fds[i], stage());
		shmem_enable_huge("never");
		session_preserve(session, fds[i], i);
		change(&files[i], fds[i], stage());
	}
	if (stage() % 2)
		call_off(session);
	for (i = 0; i < NR_FILES; i++)
		change_again(&files[i], fds[i], stage());
	session_hold();
	ksft_test_result_pass("files are preserved, and changed\n");
}

static void check(void)
{
	int session = session_retrieve("punched");

	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = session_retrieve_file(session, i);
		fill(&files[i], -1, stage() - 1);
		change(&files[i], -1, stage() - 1);
		change_again(&files[i], -1, stage() - 1);
		ksft_test_result(check_file(&files[i], fds[i]),
				 "%s: has its last content\n", files[i].name);
	}
	if (!(stage() % 2))
		close(session_retrieve_file(session, TOKEN_REFUSER));
	session_finish(session);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan(!first * NR_FILES + !last * (1 + stage() % 2));
	if (!first)
		check();
	if (!last)
		save(first);
	ksft_finished();
}
