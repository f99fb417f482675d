// SPDX-License-Identifier: GPL-2.0
/*
 * late save|pass|check
 *
 * Threads write into the holes of a preserved file until the jump, each by another
 * system call. When a write has returned, its thread records that in a second preserved
 * file, in a page that exists already. In the next kernel, all recorded writes must be
 * found. Others may be found as well.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_WRITERS	5
#define REGION		0x40000UL	/* pages for each writer */
#define LEISURE_USECS	5000
#define TOKEN_DATA	1
#define TOKEN_REPORT	2

struct report {
	atomic_ulong done;
	char padding[56];
};

struct writer {
	const char *name;
	enum write_by by;
	unsigned long (*index)(unsigned long n);
};

static int data, reports_fd;
static struct report *reports;

static unsigned long in_order(unsigned long n)
{
	return n;
}

/* Write each page into another node of the page cache's tree. */
static unsigned long scattered(unsigned long n)
{
	return n % 512 * 512 + n / 512;
}

static const struct writer writers[NR_WRITERS] = {
	{ "write", BY_WRITE, in_order },
	{ "write, scattered", BY_WRITE, scattered },
	{ "mmap", BY_MMAP, in_order },
	{ "splice", BY_SPLICE, scattered },
	{ "io_uring", BY_URING, scattered },
};

static unsigned long writer_index(int i, unsigned long n)
{
	return i * REGION + writers[i].index(n);
}

static void *run_writer(void *arg)
{
	int i = (const struct writer *)arg - writers;
	unsigned char page[PAGE];
	unsigned long index;
	long loaded = 0;

	for (unsigned long n = 0; n < REGION; n++) {
		/* Write slowly at first, so that there are holes left at the end. */
		if (!loaded) {
			usleep(LEISURE_USECS);
			loaded = file_get("/sys/kernel/kexec_loaded");
		}
		index = writer_index(i, n);
		pattern_fill(page, stage(), index);
		if (!write_by(writers[i].by, data, page, PAGE, index * PAGE))
			break;
		atomic_store(&reports[i].done, n + 1);
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
	for (int i = 0; i < NR_WRITERS; i++)
		if (pthread_create(&thread, NULL, run_writer,
				   (void *)&writers[i]))
			exit(1);
	for (;;)
		pause();
}

static void map_reports(void)
{
	reports = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		       reports_fd, 0);
	if (reports == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
}

static void save(void)
{
	int session = session_create("late");

	data = memfd_create("data", 0);
	reports_fd = memfd_create("reports", 0);
	if (data < 0 || ftruncate(data, NR_WRITERS * REGION * PAGE) ||
	    reports_fd < 0 || ftruncate(reports_fd, PAGE))
		ksft_exit_fail_perror("memfd");
	map_reports();
	memset(reports, 0, PAGE);
	session_preserve(session, data, TOKEN_DATA);
	session_preserve(session, reports_fd, TOKEN_REPORT);
	start_writers();
	ksft_test_result_pass("writers write until the kexec\n");
}

static bool check_writer(int i)
{
	unsigned long n, done = atomic_load(&reports[i].done), missing = 0;
	unsigned char page[PAGE];

	for (n = 0; n < done; n++) {
		unsigned long index = writer_index(i, n);

		if (pread(data, page, PAGE, index * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, stage() - 1, index))
			missing++;
	}
	ksft_print_msg("%s: %lu pages reported as written, %lu of them missing\n",
		       writers[i].name, done, missing);
	/* A writer that has ended has not written until the last moment. */
	return done && done < REGION && !missing;
}

static void check(void)
{
	int session = session_retrieve("late");

	data = session_retrieve_file(session, TOKEN_DATA);
	reports_fd = session_retrieve_file(session, TOKEN_REPORT);
	map_reports();
	for (int i = 0; i < NR_WRITERS; i++)
		ksft_test_result(check_writer(i), "%s: nothing is lost\n",
				 writers[i].name);
	munmap(reports, PAGE);
	session_finish(session);
	close(data);
	close(reports_fd);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	ksft_set_plan(!strcmp(what, "save") ? 1 :
		      NR_WRITERS + !strcmp(what, "pass"));
	if (strcmp(what, "save"))
		check();
	if (strcmp(what, "check"))
		save();
	ksft_finished();
}
