// SPDX-License-Identifier: GPL-2.0
/* Read a file of cases, and pass what it has to the corrupter in the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../kselftest.h"
#include "cases.h"

#define COMMAND		"/sys/kernel/debug/luo_corrupt/command"

/* Return false if the line has no corruption. */
static bool parse(const char *line, struct test_case *test, char *how, size_t size)
{
	char place[64], field[64], value[64], crc[8];

	strcpy(test->expected, "EBADMSG");
	*test->reason = '\0';
	if (*line == '#' ||
	    sscanf(line, "%39s %63s %63s %63s %7s %39s %127[^\n]", test->name,
		   place, field, value, crc, test->expected, test->reason) < 5)
		return false;
	snprintf(how, size, "%s %s %s%s", place, field, value,
		 strcmp(crc, "crc") ? "" : " crc");
	return true;
}

void cases_read(const char *path,
		void (*damage)(const struct test_case *test, const char *how))
{
	FILE *file = fopen(path, "r");
	char line[256], how[256];
	struct test_case test;

	if (!file)
		ksft_exit_fail_perror(path);
	while (fgets(line, sizeof(line), file))
		if (parse(line, &test, how, sizeof(how)))
			damage(&test, how);
	fclose(file);
}

void corrupt(const char *owner, const char *how)
{
	int fd = open(COMMAND, O_WRONLY);
	char line[300];
	int len = snprintf(line, sizeof(line), "%s %s", owner, how);

	if (write(fd, line, len) != len)
		ksft_exit_fail_msg("%s: %s\n", line, strerror(errno));
	close(fd);
}
