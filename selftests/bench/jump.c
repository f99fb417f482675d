// SPDX-License-Identifier: GPL-2.0
/* Boots the next kernel, and logs a message from which the freeze is measured. */
#include <linux/reboot.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/figure.h"
#include "jump.h"

#define KMSG	"/dev/kmsg"

/* Time in which an idle kernel runs deferred work. */
#define SETTLE_US	200000

void jump_load(void)
{
	if (system("kexec-load"))
		ksft_exit_fail_msg("kexec-load failed\n");
}

void jump_boot(const char *work, unsigned long kib, unsigned long pages,
	       uint64_t *when)
{
	FILE *kmsg = fopen(KMSG, "w");

	if (!kmsg)
		ksft_exit_fail_perror(KMSG);
	printf("@@ jump\n");
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
	/* RCU callbacks of earlier calls are not part of the freeze. */
	usleep(SETTLE_US);
	if (work)
		fprintf(kmsg, "bench: %s %luK freeze %lu\n", work, kib, pages);
	fclose(kmsg);

	*when = counter();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	ksft_exit_fail_perror("reboot");
}
