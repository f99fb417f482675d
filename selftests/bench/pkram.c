// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of PKRAM per page and per byte: saved by one kernel and loaded by the next.
 * The pages are in the order in which the page allocator returns them; "scattered" is
 * every second one of them.
 */

#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../kselftest.h"
#include "../luo_lib/pkram_device.h"
#include "../luo_lib/figure.h"

#define SIZE		(256UL << 10)	/* KiB */
#define PAGES		65536
#define BYTES_SIZE	(64UL << 10)
#define BYTES		(64 << 20)
#define PIECE		4096

static int fd;

/* Make a call and return the last number of its output. */
static unsigned long long __printf(1, 2) run(const char *format, ...)
{
	char command[128], text[128], *last;
	va_list args;
	int err;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);

	err = device_run(fd, command);
	if (err)
		ksft_exit_fail_msg("%s: %s\n", command, strerror(err));
	device_result(fd, text, sizeof(text));
	last = strrchr(text, ' ');

	return strtoull(last ? last : text, NULL, 10);
}

static void save_pages(const char *work, int step)
{
	run("prepare_save %s", work);
	run("prepare_save_obj");
	run("alloc 1 %d 0", step * PAGES);
	figure(work, SIZE, "save", run("save_all 1 %d", step), "instructions",
	       PAGES);
	run("finish_save_obj");
	run("finish_save");
	run("free");
	figure(work, SIZE, "metadata", run("metadata %s", work), "bytes", PAGES);
}

static void load_pages(const char *work)
{
	unsigned long long cost = run("prepare_load %s", work);

	run("prepare_load_obj");
	cost += run("load_all %d", PAGES);
	figure(work, SIZE, "load", cost, "instructions", PAGES);
	run("finish_load_obj");
	run("finish_load");
	run("free");
}

static void save_bytes(void)
{
	run("prepare_save stream");
	run("prepare_save_obj");
	figure("stream", BYTES_SIZE, "write", run("write 1 %d %d", BYTES, PIECE),
	       "instructions", 0);
	run("finish_save_obj");
	run("finish_save");
}

static void load_bytes(void)
{
	run("prepare_load stream");
	run("prepare_load_obj");
	figure("stream", BYTES_SIZE, "copy", run("copy 1 %d %d", BYTES, PIECE),
	       "instructions", 0);
	figure("stream", BYTES_SIZE, "read", run("read 1 %d %d", BYTES, PIECE),
	       "instructions", 0);
	run("finish_load_obj");
	run("finish_load");
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(1);

	fd = device_open();
	if (fd < 0)
		ksft_exit_fail_perror(DEVICE);

	if (atoi(getenv("STAGE")) == 1) {
		save_pages("pkram", 1);
		save_pages("pkram-scattered", 2);
		save_bytes();
	} else {
		load_pages("pkram");
		load_pages("pkram-scattered");
		load_bytes();
	}
	ksft_test_result_pass("all calls succeed\n");
	ksft_finished();
}
