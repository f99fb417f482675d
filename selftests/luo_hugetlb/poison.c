// SPDX-License-Identifier: GPL-2.0
/*
 * poison save|check
 *
 * A huge page that the hardware has reported as damaged is never handed over as good. A file
 * that has one is not preserved, stops a kexec if it was preserved before that, and is not
 * retrieved if the report comes after the kexec. Without the page, it is handed over.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define NR_PAGES	3
#define LOST		1	/* the page that is poisoned */
#define TOKEN_FRAME	100
#define OFFLINE		"/sys/devices/system/memory/hard_offline_page"
#define PAGEFLAGS	"/proc/kpageflags"
#define POISONED	(1UL << 19)

/* When the page is poisoned. The last file's is, in the next kernel. */
enum { BEFORE, AFTER, LATER, NR_FILES };

static const char *const names[] = { "before preserve", "after preserve", "after the kexec" };

/* A program that poisons a page that it has mapped gets a signal as a warning. */
static void on_warning(int signal)
{
}

static bool is_poisoned(unsigned long frame)
{
	int fd = open(PAGEFLAGS, O_RDONLY);
	uint64_t flags;

	if (fd < 0 || pread(fd, &flags, sizeof(flags), frame * sizeof(flags)) !=
		      sizeof(flags))
		ksft_exit_fail_perror(PAGEFLAGS);
	close(fd);
	return flags & POISONED;
}

/* A page that the kernel has references to is poisoned, and the call fails. */
static void poison(int fd)
{
	unsigned long frame = huge_frame(fd, LOST);
	char *map = mmap(NULL, huge_size(), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_NORESERVE, fd, LOST * huge_size());

	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	*(volatile char *)map;
	madvise(map, PAGE, MADV_HWPOISON);
	munmap(map, huge_size());
	if (!is_poisoned(frame))
		ksft_exit_fail_msg("frame %#lx is not poisoned\n", frame);
}

static int create(int file)
{
	int fd = huge_memfd(names[file]);

	if (ftruncate(fd, NR_PAGES * huge_size()))
		ksft_exit_fail_perror("ftruncate");
	for (int page = 0; page < NR_PAGES; page++)
		if (!huge_write(fd, page, file + 1))
			ksft_exit_fail_perror(names[file]);
	return fd;
}

static bool has_others(int fd, int file)
{
	return huge_matches(fd, 0, file + 1) && huge_matches(fd, LOST, 0) &&
	       huge_matches(fd, 2, file + 1);
}

/* Have the next kernel know which frame to poison. */
static void hand_over_frame(int session, int fd)
{
	int note = memfd_create("frame", 0);
	unsigned long frame = huge_frame(fd, LOST);

	if (note < 0 || write(note, &frame, sizeof(frame)) != sizeof(frame))
		ksft_exit_fail_perror("frame");
	session_preserve(session, note, TOKEN_FRAME);
}

static void save(void)
{
	int session = session_create("poison"), fds[NR_FILES], err;

	for (int i = 0; i < NR_FILES; i++)
		fds[i] = create(i);

	poison(fds[BEFORE]);
	err = luo_session_preserve_fd(session, fds[BEFORE], BEFORE);
	ksft_test_result(err == -EHWPOISON, "before preserve: is not preserved\n");
	ksft_test_result(huge_punch(fds[BEFORE], LOST, 1) &&
			 !luo_session_preserve_fd(session, fds[BEFORE], BEFORE),
			 "before preserve: without the page it is\n");

	session_preserve(session, fds[AFTER], AFTER);
	session_preserve(session, fds[LATER], LATER);
	hand_over_frame(session, fds[LATER]);
	poison(fds[AFTER]);
	err = reboot(RB_KEXEC) ? errno : 0;
	ksft_test_result(err == EHWPOISON, "after preserve: the kexec is refused\n");
	if (err != EHWPOISON)
		ksft_print_msg("%s\n", strerror(err));
	ksft_test_result(huge_punch(fds[AFTER], LOST, 1) &&
			 has_others(fds[AFTER], AFTER),
			 "after preserve: the page can be punched\n");
	session_hold();
}

static void poison_frame(unsigned long frame)
{
	FILE *file = fopen(OFFLINE, "w");

	if (!file || fprintf(file, "%#lx", frame * PAGE) < 0)
		ksft_exit_fail_perror(OFFLINE);
	/* Fails, because the page belongs to no process. */
	fclose(file);
	if (!is_poisoned(frame))
		ksft_exit_fail_msg("frame %#lx is not poisoned\n", frame);
}

static void check(void)
{
	int session = session_retrieve("poison"), fd;
	struct counts counts;
	unsigned long frame;

	fd = session_retrieve_file(session, TOKEN_FRAME);
	if (pread(fd, &frame, sizeof(frame), 0) != sizeof(frame))
		ksft_exit_fail_perror("frame");
	poison_frame(frame);
	ksft_test_result(luo_session_retrieve_fd(session, LATER) == -EHWPOISON,
			 "after the kexec: is not retrieved\n");
	for (int i = 0; i < LATER; i++) {
		fd = session_retrieve_file(session, i);
		ksft_test_result(has_others(fd, i), "%s: has the other pages\n",
				 names[i]);
		close(fd);
	}
	session_finish(session);
	counts = counts_read();
	counts_print("in the end", &counts);
	ksft_test_result(counts.nr[0] == counts.free[0] && !counts.reserved &&
			 !counts.surplus[0], "all other pages are free\n");
	ksft_test_result(is_poisoned(frame), "the page is not used any more\n");
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	signal(SIGBUS, on_warning);
	ksft_print_header();
	ksft_set_plan(first ? 4 : 5);
	if (first)
		save();
	else
		check();
	ksft_finished();
}
