// SPDX-License-Identifier: GPL-2.0
/*
 * too_large
 *
 * Preserve a file that is larger than memory and mostly in swap, while another process has
 * more memory than this one. Preserving must fail without killing the other process, and
 * must not change the file. Truncated to a size that fits, the file can be preserved.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define BYSTANDER	(64UL << 20)
#define SMALL_PAGES	1024

/* Access its memory until the test ends. */
static pid_t start_bystander(void)
{
	volatile char *memory;
	pid_t pid = fork();

	if (pid < 0)
		ksft_exit_fail_perror("fork");
	if (pid)
		return pid;
	memory = mmap(NULL, BYSTANDER, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		_exit(1);
	for (;; usleep(1000))
		for (size_t i = 0; i < BYSTANDER; i += PAGE)
			memory[i]++;
}

static bool is_alive(pid_t pid)
{
	return !waitpid(pid, NULL, WNOHANG);
}

static void write_pages(int fd, unsigned long nr)
{
	unsigned char page[PAGE];

	for (unsigned long i = 0; i < nr; i++) {
		pattern_fill(page, 1, i);
		if (pwrite(fd, page, PAGE, i * PAGE) != PAGE)
			ksft_exit_fail_perror("write");
	}
}

int main(void)
{
	unsigned long nr = file_get_word("/proc/meminfo", "MemTotal:") * 1024 /
			   PAGE * 5 / 4;
	int fd = memfd_create("too large", 0);
	int session, err;
	pid_t bystander;

	ksft_print_header();
	ksft_set_plan(4);
	if (fd < 0)
		ksft_exit_fail_perror("memfd_create");
	bystander = start_bystander();
	write_pages(fd, nr);
	session = session_create("too large");

	err = luo_session_preserve_fd(session, fd, 1);
	ksft_test_result(err == -ENOMEM, "%lu pages do not fit: %s\n", nr,
			 strerror(-err));
	ksft_test_result(is_alive(bystander), "no other process is killed\n");
	ksft_test_result(pattern_matches_file(fd, 1, nr), "the file is unchanged\n");

	if (ftruncate(fd, SMALL_PAGES * PAGE))
		ksft_exit_fail_perror("ftruncate");
	err = luo_session_preserve_fd(session, fd, 2);
	ksft_test_result(!err && pattern_matches_file(fd, 1, SMALL_PAGES),
			 "a part that fits is preserved\n");
	kill(bystander, SIGKILL);
	ksft_finished();
}
