// SPDX-License-Identifier: GPL-2.0
/*
 * late save|pass|check
 *
 * Threads write into the holes of a preserved file until the jump, each by another
 * system call. In the next kernel, all writes that had returned must be found. Others may
 * be found as well.
 */
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/late.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_WRITERS	5
#define REGION		0x40000UL	/* pages for each writer */
#define LEISURE_USECS	5000
#define TOKEN_DATA	1
#define TOKEN_COUNTS	2

struct writer {
	const char *name;
	enum write_by by;
	unsigned long (*index)(unsigned long n);
};

static int data;

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

/* Write slowly at first, so that there are holes left at the end. */
static bool write_page(int i, unsigned long n)
{
	unsigned char page[PAGE];
	unsigned long index = writer_index(i, n);

	if (n == REGION)
		return false;
	pattern_fill(page, stage(), index);
	return write_by(writers[i].by, data, page, PAGE, index * PAGE);
}

static void save(void)
{
	int session = session_create("late");

	data = memfd_create("data", 0);
	if (data < 0 || ftruncate(data, NR_WRITERS * REGION * PAGE))
		ksft_exit_fail_perror("memfd");
	session_preserve(session, data, TOKEN_DATA);
	late_start(session, TOKEN_COUNTS, NR_WRITERS, LEISURE_USECS, write_page);
	ksft_test_result_pass("writers write until the kexec\n");
}

static bool check_writer(int i, unsigned long done)
{
	unsigned long n, missing = 0;
	unsigned char page[PAGE];

	for (n = 0; n < done; n++) {
		unsigned long index = writer_index(i, n);

		if (pread(data, page, PAGE, index * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, stage() - 1, index))
			missing++;
	}
	ksft_print_msg("%s: %lu pages written, %lu of them missing\n",
		       writers[i].name, done, missing);
	/* A writer that has ended has not written until the last moment. */
	return done && done < REGION && !missing;
}

static void check(void)
{
	unsigned long counts[LATE_MAX_WRITERS];
	int session = session_retrieve("late");

	data = session_retrieve_file(session, TOKEN_DATA);
	late_counts(session, TOKEN_COUNTS, counts);
	for (int i = 0; i < NR_WRITERS; i++)
		ksft_test_result(check_writer(i, counts[i]), "%s: nothing is lost\n",
				 writers[i].name);
	session_finish(session);
	close(data);
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
