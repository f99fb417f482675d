// SPDX-License-Identifier: GPL-2.0
/* Boots the next kernel, and marks in the log when the time begins. */
#include <linux/reboot.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/figure.h"
#include "jump.h"

#define KMSG	"/dev/kmsg"

/* Time in which a kernel prints its messages and runs what it has put off. */
#define SETTLE_NS	200000000L
#define SECOND_NS	1000000000L

void jump_load(void)
{
	if (system("kexec-load"))
		ksft_exit_fail_msg("kexec-load failed\n");
}

/*
 * Sleep until SETTLE_NS after @mark. The time is part of the figure and is subtracted
 * with that of 0 KiB: timer slack would make it differ.
 */
static void settle(struct timespec mark)
{
	mark.tv_nsec += SETTLE_NS;
	if (mark.tv_nsec >= SECOND_NS) {
		mark.tv_nsec -= SECOND_NS;
		mark.tv_sec++;
	}
	if (prctl(PR_SET_TIMERSLACK, 1) ||
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &mark, NULL))
		ksft_exit_fail_msg("cannot sleep\n");
}

void jump_boot(const char *work, unsigned long kib, unsigned long pages,
	       uint64_t *when)
{
	FILE *kmsg = fopen(KMSG, "w");
	struct timespec mark;

	if (!kmsg)
		ksft_exit_fail_perror(KMSG);
	printf("@@ jump\n");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &mark);
	if (work)
		fprintf(kmsg, "bench: %s %luK freeze %lu\n", work, kib, pages);
	fclose(kmsg);
	settle(mark);

	*when = counter();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	ksft_exit_fail_perror("reboot");
}
