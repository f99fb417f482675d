// SPDX-License-Identifier: GPL-2.0
/* boot WORK MIB - print the instructions since the machine was switched on. */
#include <stdlib.h>

#include "../kselftest.h"
#include "../luo_lib/figure.h"

int main(int argc, char *argv[])
{
	uint64_t now = counter();

	ksft_print_header();
	ksft_set_plan(1);
	if (argc != 3)
		ksft_exit_fail_msg("boot WORK MIB\n");
	figure(argv[1], atol(argv[2]) * 1024, "boot", now, "instructions", 0);
	ksft_test_result_pass("the machine has booted\n");
	ksft_finished();
}
