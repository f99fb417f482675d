// SPDX-License-Identifier: GPL-2.0
/* Make one allocation fail, by the fault injection of the kernel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "fault.h"
#include "memory.h"

#define FAIL_NTH	"/proc/self/fail-nth"
#define DEBUGFS		"/sys/kernel/debug/"

static int fail_nth = -1;

void fault_set_up(void)
{
	fail_nth = open(FAIL_NTH, O_RDWR);
	if (fail_nth < 0)
		ksft_exit_skip("this kernel injects no faults\n");

	file_set(DEBUGFS "failslab/ignore-gfp-wait", 0);
	file_set(DEBUGFS "failslab/verbose", 0);
	file_set(DEBUGFS "fail_page_alloc/ignore-gfp-wait", 0);
	file_set(DEBUGFS "fail_page_alloc/ignore-gfp-highmem", 0);
	file_set(DEBUGFS "fail_page_alloc/min-order", 0);
	file_set(DEBUGFS "fail_page_alloc/verbose", 0);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		ksft_exit_fail_perror("mlockall");
}

void fault_arm(int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(fail_nth, text, len, 0) != len)
		ksft_exit_fail_perror(FAIL_NTH);
}

int fault_disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 1)
		ksft_exit_fail_perror(FAIL_NTH);
	fault_arm(0);
	return atoi(text);
}
