// SPDX-License-Identifier: GPL-2.0
/*
 * lazy_poison save|pass|check
 *
 * The hardware reports the memory of pages that have not come yet: one before the file
 * is preserved again, and one after that. Both are lost, and no other page is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_PAGES	2048UL
#define LOST		1500
#define OFFLINE		"/sys/devices/system/memory/hard_offline_page"

/* Poisoned before the file is preserved again, and after that. */
enum { BEFORE, AFTER, NR_FILES };

static const char *const names[] = { "before", "after" };

static unsigned long frame(int fd, unsigned long index)
{
	char *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, index * PAGE);
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	unsigned long word;

	if (at == MAP_FAILED || pagemap < 0)
		ksft_exit_fail_perror("pagemap");
	*(volatile char *)at;
	if (pread(pagemap, &word, sizeof(word), (unsigned long)at / PAGE *
		  sizeof(word)) != sizeof(word))
		ksft_exit_fail_perror("pagemap");
	close(pagemap);
	munmap(at, PAGE);
	return word & ((1UL << 55) - 1);
}

/* The call fails, because the page belongs to no process. */
static void poison(unsigned long frame)
{
	FILE *file = fopen(OFFLINE, "w");

	if (!file || fprintf(file, "%#lx", frame * PAGE) < 0)
		ksft_exit_fail_perror(OFFLINE);
	fclose(file);
}

static const struct shape shape = {
	.name = "poison",
	.size = NR_PAGES * PAGE,
	.before = PAGES(0, NR_PAGES, NR_PAGES, 1),
};

/* The first page of a file says where the one is that is going to be lost. */
static void save(void)
{
	int session = session_create("poison");

	for (int i = 0; i < NR_FILES; i++) {
		int fd = shape_create(&shape, 1);
		unsigned long lost;

		session_preserve(session, fd, i);
		/* No page moves any more. */
		lost = frame(fd, LOST);
		if (pwrite(fd, &lost, sizeof(lost), 0) != sizeof(lost))
			ksft_exit_fail_perror("pwrite");
	}
	session_hold();
	ksft_test_result_pass("preserve\n");
}

static bool is_lost(int fd)
{
	char byte;

	if (pread(fd, &byte, 1, LOST * PAGE) < 0 && errno == EIO)
		return true;
	ksft_print_msg("the page can be read\n");
	return false;
}

static bool others_are_good(int fd)
{
	unsigned char page[PAGE];

	for (unsigned long i = 1; i < NR_PAGES; i++) {
		if (i == LOST)
			continue;
		if (pread(fd, page, PAGE, i * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, 1, i)) {
			ksft_print_msg("page %lu has changed\n", i);
			return false;
		}
	}
	return true;
}

static void pass(void)
{
	int session = session_retrieve("poison"), fds[NR_FILES];
	unsigned long lost[NR_FILES];

	for (int i = 0; i < NR_FILES; i++) {
		fds[i] = session_retrieve_file(session, i);
		if (pread(fds[i], &lost[i], sizeof(lost[i]), 0) != sizeof(lost[i]))
			ksft_exit_fail_perror("pread");
	}
	session_finish(session);
	close(session);

	session = session_create("poison");
	/* Once the kernel knows of a poisoned page, preserve uses all pages. */
	session_preserve(session, fds[AFTER], AFTER);
	poison(lost[AFTER]);
	poison(lost[BEFORE]);
	ksft_test_result(is_lost(fds[BEFORE]), "poisoned before it came\n");
	session_preserve(session, fds[BEFORE], BEFORE);
	session_hold();
	ksft_test_result_pass("preserve again\n");
}

static void check(void)
{
	int session = session_retrieve("poison"), fds[NR_FILES];

	for (int i = 0; i < NR_FILES; i++)
		fds[i] = session_retrieve_file(session, i);
	session_finish(session);
	for (int i = 0; i < NR_FILES; i++) {
		ksft_test_result(is_lost(fds[i]), "%s: the page is lost\n", names[i]);
		ksft_test_result(others_are_good(fds[i]), "%s: no other\n", names[i]);
	}
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	if (!strcmp(what, "save")) {
		ksft_set_plan(1);
		save();
	} else if (!strcmp(what, "pass")) {
		ksft_set_plan(2);
		pass();
	} else {
		ksft_set_plan(2 * NR_FILES);
		check();
	}
	ksft_finished();
}
