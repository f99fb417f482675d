// SPDX-License-Identifier: GPL-2.0
/*
 * killed save|check
 *
 * Kills programs while they preserve a file of 32768 extents, each a little later. The
 * preserve must stop, and leave nothing behind: the file can be written, and preserved by
 * another program.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <libliveupdate.h>

#include "../luo_lib/kho.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define NR_PAGES	32768UL
#define MAX_ROUNDS	500

/* The pages of the two files alternate in memory. */
static int create(void)
{
	int fd = memfd_create("killed", 0), other = memfd_create("other", 0);
	unsigned char page[PAGE];

	if (fd < 0 || other < 0)
		ksft_exit_fail_perror("memfd");
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		pattern_fill(page, 1, i);
		if (pwrite(fd, page, PAGE, i * PAGE) != PAGE ||
		    pwrite(other, page, PAGE, i * PAGE) != PAGE)
			ksft_exit_fail_perror("write");
	}
	return fd;
}

#define STATE		"%*d (%*[^)]) %*c"
#define IDS		" %*d %*d %*d %*d %*d %*u"
#define FAULTS		" %*u %*u %*u %*u"
#define TIMES		" %*u %ld"

/* Return the time that a process has been in the kernel, in ticks. */
static long kernel_ticks(pid_t pid)
{
	char path[32];
	FILE *file;
	long ticks = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, STATE IDS FAULTS TIMES, &ticks) != 1)
		ksft_exit_fail_msg("%s: cannot be read\n", path);
	fclose(file);
	return ticks;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {};

	if (waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT))
		ksft_exit_fail_perror("waitid");
	return info.si_pid == pid;
}

/* Kill a program when it has been in the kernel for some ticks. Return false if it was done. */
static bool kill_after(int session, int fd, long ticks)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		ksft_exit_fail_perror("fork");
	if (!pid)
		_exit(luo_session_preserve_fd(session, fd, 0) ? 1 : 0);
	while (kernel_ticks(pid) < ticks && !has_ended(pid))
		usleep(100);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		ksft_exit_fail_perror("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status))
		ksft_exit_fail_msg("preserve failed\n");
	return WIFSIGNALED(status);
}

static bool is_writable(int fd)
{
	unsigned char page[PAGE];

	pattern_fill(page, 1, 0);
	return pwrite(fd, page, PAGE, NR_PAGES * PAGE) == PAGE &&
	       !ftruncate(fd, NR_PAGES * PAGE);
}

static void save(void)
{
	int session = session_create("killed"), fd = create();
	int nr_stopped = 0, nr_complete = 0, nr_left = 0, i;
	bool killed = true;
	long keys, after;
	int victim;

	/* The first file adds tables, which stay. */
	victim = session_create("victim");
	session_preserve(victim, fd, 0);
	close(victim);
	keys = kho_read().keys;

	for (i = 1; i < MAX_ROUNDS && killed; i++) {
		victim = session_create("victim");
		killed = kill_after(victim, fd, i);
		/* A signal after the last check is too late. */
		if (luo_session_preserve_fd(victim, fd, 0))
			nr_complete++;
		else
			nr_stopped++;
		close(victim);
		after = kho_read().keys;
		if (after != keys || !is_writable(fd)) {
			ksft_print_msg("round %d: %ld preservations, and %ld before\n", i,
				       after, keys);
			nr_left++;
		}
	}
	ksft_print_msg("%d programs were stopped, %d were not\n", nr_stopped, nr_complete);
	if (i == 2)
		ksft_test_result_skip("preserve stops for a signal: it takes less than a tick\n");
	else
		ksft_test_result(nr_stopped && !killed, "preserve stops for a signal\n");
	ksft_test_result(!nr_left, "it leaves nothing behind\n");
	session_preserve(session, fd, 0);
	session_hold();
}

static void check(void)
{
	int session = session_retrieve("killed"), fd = session_retrieve_file(session, 0);

	ksft_test_result(pattern_matches_file(fd, 1, NR_PAGES) &&
			 lseek(fd, 0, SEEK_END) == NR_PAGES * PAGE,
			 "the contents are unchanged\n");
	session_finish(session);
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");

	ksft_print_header();
	ksft_set_plan(first ? 2 : 1);
	if (first)
		save();
	else
		check();
	ksft_finished();
}
