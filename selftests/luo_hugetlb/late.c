// SPDX-License-Identifier: GPL-2.0
/*
 * late save|pass|check
 *
 * Threads add pages to preserved files until the jump, one with page faults and one with
 * fallocate(), and punch those that they added before. When a call has returned, its thread
 * records that in a second preserved file, in a page that exists already. In the next
 * kernel each recorded page must be there, and no page that was punched.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define NR_WRITERS	2
#define WINDOW		16UL		/* pages that a file has at most */
#define NR_PAGES	0x100000UL	/* of a file */
#define LEISURE_USECS	20000
#define TOKEN_REPORT	100

struct report {
	atomic_ulong added;
	atomic_ulong punched;
	char padding[48];
};

static bool add_by_fault(int fd, unsigned long page);
static bool add_by_fallocate(int fd, unsigned long page);

static const struct {
	const char *name;
	bool (*add)(int fd, unsigned long page);
} writers[NR_WRITERS] = {
	{ "page faults", add_by_fault },
	{ "fallocate", add_by_fallocate },
};

static int fds[NR_WRITERS], reports_fd;
static struct report *reports;

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

static void *run_writer(void *arg)
{
	int i = (long)arg;
	long loaded = 0;

	for (unsigned long n = 0; n < NR_PAGES; n++) {
		if (!loaded) {
			usleep(LEISURE_USECS);
			loaded = file_get("/sys/kernel/kexec_loaded");
		}
		if (!writers[i].add(fds[i], n))
			break;
		atomic_store(&reports[i].added, n + 1);
		if (n < WINDOW - 1)
			continue;
		if (!huge_punch(fds[i], n - (WINDOW - 1), 1))
			break;
		atomic_store(&reports[i].punched, n - (WINDOW - 1) + 1);
	}
	return NULL;
}

static void start_writers(void)
{
	pthread_t thread;

	if (fork())
		return;
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (long i = 0; i < NR_WRITERS; i++)
		if (pthread_create(&thread, NULL, run_writer, (void *)i))
			exit(1);
	for (;;)
		pause();
}

static void map_reports(void)
{
	reports = mmap(NULL, NR_WRITERS * sizeof(*reports),
		       PROT_READ | PROT_WRITE, MAP_SHARED, reports_fd, 0);
	if (reports == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
}

static void save(void)
{
	int session = session_create("late");

	for (int i = 0; i < NR_WRITERS; i++)
		fds[i] = huge_memfd(writers[i].name);
	reports_fd = memfd_create("reports", 0);
	if (ftruncate(fds[0], NR_PAGES * huge_size()) || reports_fd < 0 ||
	    ftruncate(reports_fd, NR_WRITERS * sizeof(*reports)))
		ksft_exit_fail_perror("ftruncate");
	map_reports();
	memset(reports, 0, NR_WRITERS * sizeof(*reports));
	for (int i = 0; i < NR_WRITERS; i++)
		session_preserve(session, fds[i], i);
	session_preserve(session, reports_fd, TOKEN_REPORT);
	start_writers();
	ksft_test_result_pass("pages are added and punched until the kexec\n");
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

static bool check_writer(int i)
{
	unsigned long added = atomic_load(&reports[i].added), wrong = 0, n;
	unsigned long punched = atomic_load(&reports[i].punched);
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
	struct counts counts;
	int session = session_retrieve("late");

	for (int i = 0; i < NR_WRITERS; i++)
		fds[i] = session_retrieve_file(session, i);
	reports_fd = session_retrieve_file(session, TOKEN_REPORT);
	map_reports();
	for (int i = 0; i < NR_WRITERS; i++)
		ksft_test_result(check_writer(i), "%s: nothing is lost\n",
				 writers[i].name);
	session_finish(session);
	munmap(reports, NR_WRITERS * sizeof(*reports));
	close(reports_fd);
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

	ksft_print_header();
	ksft_set_plan((strcmp(what, "save") ? NR_WRITERS + 1 : 0) +
		      !!strcmp(what, "check"));
	if (strcmp(what, "save"))
		check();
	if (strcmp(what, "check"))
		save();
	ksft_finished();
}
