// SPDX-License-Identifier: GPL-2.0
/*
 * late save|pass|check|cancel
 *
 * Threads add pages to preserved files until the jump, one with page faults and one with
 * fallocate(), and punch those that they added before. In the next kernel each page must be
 * there whose call had returned, and no page that was punched.
 *
 * "cancel" also tries a kexec, which another file refuses when these were frozen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/late.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define NR_WRITERS	2
#define WINDOW		16UL		/* pages that a file has at most */
#define NR_PAGES	0x100000UL	/* of a file */
#define LEISURE_USECS	10000
#define TOKEN_COUNTS	100
#define TOKEN_REFUSER	101
#define REFUSER		"/dev/luo_file_test"
#define NR_ATTEMPTS	3
#define PATIENCE	120	/* seconds */

static bool add_by_fault(int fd, unsigned long page);
static bool add_by_fallocate(int fd, unsigned long page);

static const struct {
	const char *name;
	bool (*add)(int fd, unsigned long page);
} writers[NR_WRITERS] = {
	{ "page faults", add_by_fault },
	{ "fallocate", add_by_fallocate },
};

static int fds[NR_WRITERS];

static unsigned long word(unsigned long page)
{
	return (page + 1) * 0x9e3779b97f4a7c15ULL;
}

static bool add_by_fault(int fd, unsigned long page)
{
	unsigned long *map = mmap(NULL, huge_size(), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_NORESERVE, fd,
				  page * huge_size());

	if (map == MAP_FAILED)
		return false;
	map[0] = word(page);
	return !munmap(map, huge_size());
}

/* The size of the file grows, too. */
static bool add_by_fallocate(int fd, unsigned long page)
{
	return !fallocate(fd, 0, page * huge_size(), huge_size());
}

/* Add a page in each even step. In each odd one, punch the page that is WINDOW pages back. */
static bool add_or_punch(int i, unsigned long n)
{
	unsigned long page = n / 2;

	if (page == NR_PAGES)
		return false;
	if (n % 2 == 0)
		return writers[i].add(fds[i], page);
	return page + 1 < WINDOW || huge_punch(fds[i], page + 1 - WINDOW, 1);
}

static unsigned long nr_added(unsigned long steps)
{
	return (steps + 1) / 2;
}

static unsigned long nr_punched(unsigned long steps)
{
	return steps / 2 < WINDOW ? 0 : steps / 2 + 1 - WINDOW;
}

static int save(void)
{
	int session = session_create("late");

	for (int i = 0; i < NR_WRITERS; i++) {
		fds[i] = huge_memfd(writers[i].name);
		if (writers[i].add == add_by_fault &&
		    ftruncate(fds[i], NR_PAGES * huge_size()))
			ksft_exit_fail_perror("ftruncate");
		session_preserve(session, fds[i], i);
	}
	late_start(session, TOKEN_COUNTS, NR_WRITERS, LEISURE_USECS, add_or_punch);
	ksft_test_result_pass("pages are added and punched until the kexec\n");
	return session;
}

/* A writer that waits must continue. */
static void wait_for_writers(void)
{
	unsigned long before[NR_WRITERS];

	for (int i = 0; i < NR_WRITERS; i++)
		before[i] = late_count(i);
	for (int i = 0; i < NR_WRITERS; i++)
		while (late_count(i) < before[i] + WINDOW)
			usleep(LEISURE_USECS);
}

static void refuse(int refuser, const char *what)
{
	if (write(refuser, what, strlen(what)) != (ssize_t)strlen(what))
		ksft_exit_fail_perror(REFUSER);
}

/* Files are frozen in the order in which they were preserved. */
static void cancel(int session)
{
	int refuser = open(REFUSER, O_RDWR), refused = 0;

	if (refuser < 0)
		ksft_exit_fail_perror(REFUSER);
	session_preserve(session, refuser, TOKEN_REFUSER);
	refuse(refuser, "freeze 16");
	alarm(PATIENCE);
	for (int i = 0; i < NR_ATTEMPTS; i++) {
		wait_for_writers();
		refused += reboot(RB_KEXEC) && errno == EBUSY;
	}
	wait_for_writers();
	alarm(0);
	refuse(refuser, "freeze 0");
	ksft_test_result(refused == NR_ATTEMPTS,
			 "the kexec is refused, and the writers continue\n");
}

/* Check one page: that it is there, if it has the contents that a fault wrote. */
static unsigned long check_page(int i, unsigned long page, bool present)
{
	unsigned long wanted = present && !i ? word(page) : 0, found = 1;

	if (pread(fds[i], &found, sizeof(found), page * huge_size()) !=
	    sizeof(found))
		found = 1;
	return found == wanted ? 0 : 1;
}

static bool check_writer(int i, unsigned long steps)
{
	unsigned long added = nr_added(steps), punched = nr_punched(steps);
	unsigned long wrong = 0, n;
	long present = huge_present(fds[i]), least = added - punched;
	struct stat st;

	for (n = 0; n < added; n++) {
		/* A punch that has not returned may be there or not. */
		if (n < punched)
			wrong += check_page(i, n, false);
		else if (n > punched)
			wrong += check_page(i, n, true);
	}
	if (fstat(fds[i], &st) || st.st_size < (long)(added * huge_size()))
		wrong++;
	ksft_print_msg("%s: %lu pages added, %lu punched, %ld are there, %lu errors\n",
		       writers[i].name, added, punched, present, wrong);
	/* Besides, one page may be added or punched that was not recorded. */
	return added > WINDOW && !wrong && present >= least - 1 &&
	       present <= least + 1;
}

static void check(void)
{
	unsigned long steps[LATE_MAX_WRITERS];
	struct counts counts;
	int session = session_retrieve("late");

	for (int i = 0; i < NR_WRITERS; i++)
		fds[i] = session_retrieve_file(session, i);
	late_counts(session, TOKEN_COUNTS, steps);
	for (int i = 0; i < NR_WRITERS; i++)
		ksft_test_result(check_writer(i, steps[i]), "%s: nothing is lost\n",
				 writers[i].name);
	session_finish(session);
	for (int i = 0; i < NR_WRITERS; i++)
		close(fds[i]);
	counts = counts_read();
	counts_print("after the files are closed", &counts);
	ksft_test_result(counts.nr[0] == counts.free[0] && !counts.reserved &&
			 !counts.surplus[0], "all pages are free\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool is_first = !strcmp(what, "save") || !strcmp(what, "cancel");
	int session;

	ksft_print_header();
	ksft_set_plan((is_first ? 0 : NR_WRITERS + 1) + !!strcmp(what, "check") +
		      !strcmp(what, "cancel"));
	if (!is_first)
		check();
	if (strcmp(what, "check")) {
		session = save();
		if (!strcmp(what, "cancel"))
			cancel(session);
	}
	ksft_finished();
}
