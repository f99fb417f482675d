// SPDX-License-Identifier: GPL-2.0
/*
 * called_off save|check
 *
 * The kernel cancels a kexec when it has frozen some of the files.
 *
 * A page that is written to a hole late may be in a scratch area, which the next
 * kernel overwrites, and is moved when its file is frozen. This program allocates
 * memory until it gets such a page, and holds a reference to it through a pipe: the
 * page cannot be moved, and the kexec is refused. After the pipe is closed, the next
 * attempt moves the page, and the next kernel must have it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <sys/uio.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/place.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define CHUNK		(8L << 20)
#define NR_CHUNKS	128
#define WAIT_USECS	500000
#define PATIENCE	30		/* seconds */

/* The files in the order in which they are frozen. The second is in another session. */
enum { FROZEN, FROZEN_TOO, REFUSES, NOT_REACHED, NR_FILES };

/*
 * From HELD on, allocate pages until one is in a scratch area. A thread writes pages
 * from WRITER on all the time.
 */
#define WRITER		1024
#define HELD		2048
#define AFTERWARDS	4096
#define NR_PAGES	8192

static const struct shape files[NR_FILES] = {
	[FROZEN] = { "frozen, in another session", .size = NR_PAGES * PAGE,
		     .before = PAGES(0, 3, 1, 100) },
	[FROZEN_TOO] = { "frozen", .size = NR_PAGES * PAGE,
			 .before = PAGES(0, 3, 1, 100) },
	[REFUSES] = { "refuses", .size = NR_PAGES * PAGE,
		      .before = PAGES(0, 3, 1, 100) },
	[NOT_REACHED] = { "not reached", .size = NR_PAGES * PAGE,
			  .before = PAGES(0, 3, 1, 100) },
};

static int fds[NR_FILES];
static atomic_ulong written;
static atomic_bool stopped;

static bool write_page(int fd, unsigned long index)
{
	unsigned char page[PAGE];

	pattern_fill(page, 2, index);
	return pwrite(fd, page, PAGE, index * PAGE) == PAGE;
}

static bool has_page(int fd, unsigned long index)
{
	unsigned char page[PAGE];

	return pread(fd, page, PAGE, index * PAGE) == PAGE &&
	       pattern_matches(page, PAGE, 2, index);
}

static void *run_writer(void *arg)
{
	for (unsigned long i = 0; i < HELD - WRITER; i++) {
		if (atomic_load(&stopped) || !write_page(fds[FROZEN], WRITER + i))
			break;
		atomic_store(&written, i + 1);
		usleep(5000);
	}
	return arg;
}

/* Return a pipe that holds a page in a scratch area, and set @index to its index. */
static int hold_page(int fd, unsigned long *index)
{
	struct iovec iov = { .iov_len = PAGE };
	unsigned char *map, *memory;
	int ends[2];

	map = mmap(NULL, files[REFUSES].size, PROT_READ | PROT_WRITE,
		   MAP_SHARED, fd, 0);
	memory = mmap(NULL, NR_CHUNKS * CHUNK, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED || memory == MAP_FAILED || pipe(ends))
		ksft_exit_fail_perror("mmap");
	for (*index = HELD; *index < HELD + NR_CHUNKS; (*index)++) {
		void *page = map + *index * PAGE;

		if (madvise(memory + (*index - HELD) * CHUNK, CHUNK,
			    MADV_POPULATE_WRITE))
			ksft_exit_fail_perror("madvise");
		pattern_fill(page, 2, *index);
		if (!place_in_scratch(place_of(page)))
			continue;
		iov.iov_base = page;
		if (vmsplice(ends[1], &iov, 1, 0) != PAGE)
			ksft_exit_fail_perror("vmsplice");
		munmap(map, files[REFUSES].size);
		munmap(memory, NR_CHUNKS * CHUNK);
		close(ends[1]);
		return ends[0];
	}
	ksft_exit_fail_msg("no page in a scratch area\n");
}

static void preserve_files(void)
{
	int other = session_create("other");
	int session = session_create("session");

	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = shape_create(&files[i], 1);
		session_preserve(i == FROZEN ? other : session, fds[i], i);
	}
}

static void check_going_on(unsigned long index)
{
	unsigned long count = atomic_load(&written);

	/* A task that writes to a hole that stays frozen would wait forever. */
	alarm(PATIENCE);
	usleep(WAIT_USECS);
	ksft_test_result(atomic_load(&written) > count,
			 "a writer that had to wait continues\n");
	ksft_test_result(has_page(fds[REFUSES], index),
			 "the page that was held is unchanged\n");
	for (int i = 0; i < NR_FILES; i++) {
		ksft_test_result(write_page(fds[i], AFTERWARDS),
				 "%s: holes can be written again\n",
				 files[i].name);
		ksft_test_result(ftruncate(fds[i], 0) && errno == EPERM,
				 "%s: still preserved\n", files[i].name);
	}
	alarm(0);
}

/* Write the number of pages that the file must have to its beginning. */
static void note_pages(int fd, unsigned long count)
{
	if (pwrite(fd, &count, sizeof(count), 0) != sizeof(count))
		ksft_exit_fail_perror("pwrite");
}

static void call_off(void)
{
	unsigned long index;
	pthread_t thread;
	int page;

	preserve_files();
	page = hold_page(fds[REFUSES], &index);
	if (pthread_create(&thread, NULL, run_writer, NULL))
		ksft_exit_fail_msg("no thread\n");
	while (!atomic_load(&written))
		usleep(1000);
	ksft_test_result(reboot(RB_KEXEC) < 0, "the kexec is refused\n");
	ksft_print_msg("page %lu is held: %s\n", index, strerror(errno));
	check_going_on(index);
	close(page);
	atomic_store(&stopped, true);
	pthread_join(thread, NULL);
	note_pages(fds[FROZEN], atomic_load(&written));
	note_pages(fds[REFUSES], index - HELD + 1);
	session_hold();
}

static bool has_pages(int fd, unsigned long index)
{
	unsigned long count, found = 0;

	if (pread(fd, &count, sizeof(count), 0) != sizeof(count))
		return false;
	while (found < count && has_page(fd, index + found))
		found++;
	ksft_print_msg("%lu of %lu pages found\n", found, count);
	return count && found == count;
}

static void check_files(void)
{
	int other = session_retrieve("other");
	int session = session_retrieve("session");

	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = session_retrieve_file(i == FROZEN ? other : session, i);
		ksft_test_result(has_page(fds[i], AFTERWARDS),
				 "%s: has the data that was written after the first attempt\n",
				 files[i].name);
	}
	ksft_test_result(has_pages(fds[REFUSES], HELD),
			 "has the page that was held\n");
	ksft_test_result(has_pages(fds[FROZEN], WRITER),
			 "has the data of the writer\n");
	session_finish(session);
	session_finish(other);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? 3 + 2 * NR_FILES : 2 + NR_FILES);
	if (first)
		call_off();
	else
		check_files();
	ksft_finished();
}
