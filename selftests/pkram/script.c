// SPDX-License-Identifier: GPL-2.0
/*
 * Make calls of PKRAM, one for each line of standard input, and check their results:
 *
 *   STREAM EXPECTED COMMAND...
 *
 * STREAM is a number below 8. Each stream is separate, and ends with the program.
 * EXPECTED is "ok", the name of an error, or "=" and the first word of the output. Lines
 * that begin with "#" are comments.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../kselftest.h"
#include "../luo_lib/pkram_device.h"

#define STREAMS	8

static int stream_device(unsigned int i)
{
	static int fds[STREAMS];

	if (i >= STREAMS)
		ksft_exit_fail_msg("stream %u is one too many\n", i);
	if (!fds[i])
		fds[i] = device_open();
	if (fds[i] < 0)
		ksft_exit_fail_perror(DEVICE);

	return fds[i];
}

static bool as_expected(int fd, int err, const char *expected)
{
	const char *name = err ? strerrorname_np(err) : "ok";
	char text[128];

	if (*expected != '=') {
		if (!strcmp(name, expected))
			return true;
		ksft_print_msg("expected %s, got %s\n", expected, name);
		return false;
	}

	device_result(fd, text, sizeof(text));
	text[strcspn(text, " ")] = '\0';
	if (!err && !strcmp(text, expected + 1))
		return true;
	ksft_print_msg("expected '%s', got %s '%s'\n", expected + 1, name, text);

	return false;
}

int main(void)
{
	char line[512], expected[64];
	unsigned int i, number = 0;
	int fd, at;

	ksft_print_header();

	while (fgets(line, sizeof(line), stdin)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		if (sscanf(line, "%u %63s %n", &i, expected, &at) != 2)
			ksft_exit_fail_msg("line %u: %s\n", number, line);

		fd = stream_device(i);
		ksft_test_result(as_expected(fd, device_run(fd, line + at),
					     expected),
				 "%u: stream %.60s\n", number, line);
	}
	ksft_print_cnts();
	exit(ksft_get_fail_cnt() ? KSFT_FAIL : KSFT_PASS);
}
