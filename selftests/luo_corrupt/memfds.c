// SPDX-License-Identifier: GPL-2.0
/*
 * memfds save|check CASES
 *
 * Save a memfd for each case in CASES, which is corrupted before the kexec, and some that are
 * not. A file that is retrieved must be unchanged after all other memory was written. A file
 * that cannot be retrieved must be named in the log. corrupt.sh describes CASES.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "cases.h"

#define SESSION		"damaged"
#define MAX_FILES	256
/* No other file has this size. Each file is a few pages larger than the one before. */
#define MIN_PAGES	200

/* Pages of a file, in three extents, or more if memory is not contiguous. */
static const struct {
	unsigned long first;
	unsigned long nr;
} runs[] = { { 0, 16 }, { 20, 16 }, { 64, 8 } };

struct file {
	char name[MAX_NAME];
	char expected[MAX_NAME];
	int fd;
	int err;
	bool logged;
};

static struct file files[MAX_FILES];
static int nr_files, kmsg;

static off_t file_size(const struct file *file)
{
	return (MIN_PAGES + (file - files)) * PAGE;
}

static struct file *file_named(const char *name)
{
	for (int i = 0; i < nr_files; i++)
		if (!strcmp(files[i].name, name))
			return &files[i];
	return NULL;
}

static struct file *file_add(const char *name, const char *expected)
{
	struct file *file = &files[nr_files++];

	if (nr_files == MAX_FILES)
		ksft_exit_fail_msg("too many files\n");
	snprintf(file->name, sizeof(file->name), "%s", name);
	snprintf(file->expected, sizeof(file->expected), "%s", expected);
	return file;
}

static void add_case(const struct test_case *test, const char *how)
{
	if (!file_named(test->name))
		file_add(test->name, test->expected);
}

static unsigned long seed(const struct file *file)
{
	return 1 + (file - files);
}

static void create(struct file *file)
{
	unsigned char page[PAGE];

	file->fd = memfd_create(file->name, MFD_ALLOW_SEALING);
	if (file->fd < 0 || ftruncate(file->fd, file_size(file)))
		ksft_exit_fail_perror("memfd");
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		for (unsigned long n = 0; n < runs[i].nr; n++) {
			unsigned long index = runs[i].first + n;

			pattern_fill(page, seed(file), index);
			if (pwrite(file->fd, page, PAGE, index * PAGE) != PAGE)
				ksft_exit_fail_perror("write");
		}
	}
}

/* Replace memfd/NAME in a line by the size of the file, as the kernel expects. */
static void put_sizes(char *text, size_t size, const char *line)
{
	const char *found;
	char name[MAX_NAME];
	int len = 0;

	while ((found = strstr(line, "memfd/"))) {
		const struct file *file;

		if (sscanf(found + 6, "%39[^@ ]", name) != 1)
			ksft_exit_fail_msg("no name: %s\n", found);
		file = file_named(name);
		if (!file)
			ksft_exit_fail_msg("no file %s\n", name);
		len += snprintf(text + len, size - len, "%.*smemfd/%ld",
				(int)(found - line), line, file_size(file));
		line = found + 6 + strlen(name);
	}
	snprintf(text + len, size - len, "%s", line);
}

static void damage(const struct test_case *test, const char *how)
{
	char owner[64], line[64], text[300];

	snprintf(line, sizeof(line), "memfd/%s", test->name);
	put_sizes(owner, sizeof(owner), line);
	put_sizes(text, sizeof(text), how);
	corrupt(owner, text);
}

static void save(const char *path)
{
	int session = session_create(SESSION);

	for (int i = 0; i < nr_files; i++) {
		create(&files[i]);
		session_preserve(session, files[i].fd, i);
	}
	cases_read(path, damage);
	ksft_test_result_pass("files are handed over, and will be damaged: %d\n", nr_files);
	session_hold();
}

static const char *error_name(int err)
{
	return err ? strerrorname_np(err) : "ok";
}

/* Count the lines that the kernel has logged about refused files since the last call. */
static int log_refusals(int err)
{
	char line[1024], wanted[64];
	ssize_t len;
	int nr = 0;

	snprintf(wanted, sizeof(wanted), "cannot be retrieved: -%d\n", err);
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		if (strstr(line, ";luo_memfd: instance") && strstr(line, wanted))
			nr++;
	}
	return nr;
}

static void retrieve(int session, struct file *file)
{
	log_refusals(0);
	file->fd = luo_session_retrieve_fd(session, file - files);
	file->err = file->fd < 0 ? -file->fd : 0;
	file->logged = log_refusals(file->err) == 1;
	if (!file->err)
		return;
	if (luo_session_retrieve_fd(session, file - files) != -file->err)
		ksft_exit_fail_msg("%s: another error the second time\n",
				   file->name);
}

static bool has_page(const struct file *file, unsigned long index)
{
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		if (index >= runs[i].first && index < runs[i].first + runs[i].nr)
			return true;
	return false;
}

static bool is_whole(const struct file *file)
{
	unsigned char page[PAGE];

	if (lseek(file->fd, 0, SEEK_END) != file_size(file))
		return false;
	for (off_t index = 0; index < file_size(file) / PAGE; index++) {
		unsigned long wanted = has_page(file, index) ? seed(file) : 0;

		if (pread(file->fd, page, PAGE, index * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, wanted, index))
			return false;
	}
	return true;
}

/* Check that the file has its name, or no name if its attributes were corrupted. */
static bool has_name(const struct file *file)
{
	char path[32], found[2 * MAX_NAME] = "", wanted[2 * MAX_NAME];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	snprintf(wanted, sizeof(wanted), strncmp(file->name, "attrs-", 6) ?
		 "/memfd:%s (deleted)" : "/ (deleted)", file->name);
	if (readlink(path, found, sizeof(found) - 1) < 0)
		ksft_exit_fail_perror(path);
	if (strcmp(found, wanted))
		ksft_print_msg("%s is called %s\n", file->name, found);
	return !strcmp(found, wanted);
}

static void check_file(const struct file *file)
{
	const char *found = error_name(file->err);

	bool is_expected = !fnmatch(file->expected, found, FNM_EXTMATCH);

	if (!is_expected)
		ksft_print_msg("%s: %s, expected was %s\n", file->name, found,
			       file->expected);
	ksft_test_result(is_expected, "%s: %s\n", file->name, file->expected);
	if (file->err)
		ksft_test_result(file->logged, "%s: is named in the log\n", file->name);
	else
		ksft_test_result(is_whole(file) && has_name(file),
				 "%s: is unchanged\n", file->name);
}

static void check(void)
{
	int session = session_retrieve(SESSION);

	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		ksft_exit_fail_perror("/dev/kmsg");
	for (int i = 0; i < nr_files; i++)
		retrieve(session, &files[i]);
	fflush(stdout);
	ksft_test_result(!system("./fill_memory true"),
			 "no memory belongs to two\n");
	for (int i = 0; i < nr_files; i++)
		check_file(&files[i]);
	session_finish(session);
}

int main(int argc, char *argv[])
{
	const char *what = argc > 2 ? argv[1] : "";
	const char *path = argc > 2 ? argv[2] : "";

	ksft_print_header();
	file_add("healthy-1", "ok");
	cases_read(path, add_case);
	file_add("healthy-2", "ok");
	if (!strcmp(what, "save")) {
		ksft_set_plan(1);
		save(path);
	} else {
		ksft_set_plan(1 + 2 * nr_files);
		check();
	}
	ksft_finished();
}
