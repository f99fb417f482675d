// SPDX-License-Identifier: GPL-2.0
/*
 * memfds save|check
 *
 * Preserve files in a machine whose boot memory is below 4 GiB, and to which 1 GiB above
 * 4 GiB was added. If preserving a file succeeds, the file must be unchanged in the next
 * kernel. If it fails, the file must still be usable. The name of a session says whether it
 * has succeeded.
 *
 * The small file is preserved while enough boot memory is free: its pages are moved there.
 * Stock's handler of memfds does not move them, and the file is refused. The large file takes
 * almost all memory that is free, more than boot memory has, and must be refused. The last
 * file is preserved after the large one has filled memory.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"

#define PAGE		4096UL
#define WORDS		(PAGE / sizeof(uint64_t))
#define ADDED_PFN	0x100000UL	/* 4 GiB */
#define PAGES(_mib)	((_mib) * 256UL)
#define REST		320UL		/* MiB that the large file leaves free */
#define HANDLER		"/sys/module/luo_memfd"

struct file {
	const char *name;
	unsigned long nr_pages;
	unsigned long seed;
	int fd;
	unsigned long nr_added;
	int err;
};

static struct file small = { "small", PAGES(64), 1 };
static struct file large = { "large", 0, 2 };
static struct file last = { "last", PAGES(16), 3 };

/* Write only the first and the last word of a page, because an emulated machine is slow. */
static void fill(void *page, const struct file *file, unsigned long i)
{
	uint64_t *words = page;

	words[0] = file->seed << 32 | i;
	words[WORDS - 1] = ~words[0];
}

static bool filled(const void *page, const struct file *file, unsigned long i)
{
	const uint64_t *words = page;

	return words[0] == (file->seed << 32 | i) && words[WORDS - 1] == ~words[0];
}

/* Count the pages of free memory. */
static unsigned long count_free(void)
{
	struct sysinfo info;

	if (sysinfo(&info))
		ksft_exit_fail_perror("sysinfo");
	return info.freeram * info.mem_unit / PAGE;
}

static char *map(const struct file *file)
{
	char *mem = mmap(NULL, file->nr_pages * PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED, file->fd, 0);

	if (mem == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return mem;
}

static void create(struct file *file)
{
	char *mem;

	file->fd = memfd_create(file->name, 0);
	if (file->fd < 0 || ftruncate(file->fd, file->nr_pages * PAGE))
		ksft_exit_fail_perror(file->name);
	mem = map(file);
	for (unsigned long i = 0; i < file->nr_pages; i++)
		fill(mem + i * PAGE, file, i);
	munmap(mem, file->nr_pages * PAGE);
}

static bool matches(const struct file *file)
{
	char *mem = map(file);
	unsigned long i;

	for (i = 0; i < file->nr_pages; i++)
		if (!filled(mem + i * PAGE, file, i))
			break;
	munmap(mem, file->nr_pages * PAGE);
	if (i < file->nr_pages)
		ksft_print_msg("%s: page %lu has changed\n", file->name, i);
	return i == file->nr_pages;
}

/* Count the pages of the file that are in memory that was added. */
static unsigned long count_added(const struct file *file)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	char *mem = map(file);
	unsigned long nr = 0;
	uint64_t entry;

	if (pagemap < 0)
		ksft_exit_fail_perror("pagemap");
	/* pagemap has only pages that are in the page table. */
	if (madvise(mem, file->nr_pages * PAGE, MADV_POPULATE_READ))
		ksft_exit_fail_perror("MADV_POPULATE_READ");
	for (unsigned long i = 0; i < file->nr_pages; i++) {
		if (pread(pagemap, &entry, sizeof(entry), ((long)mem / PAGE + i) * 8) != 8)
			ksft_exit_fail_perror("pagemap");
		nr += (entry & ((1UL << 55) - 1)) >= ADDED_PFN;
	}
	munmap(mem, file->nr_pages * PAGE);
	close(pagemap);
	return nr;
}

static void name_session(char *name, const struct file *file, const char *outcome)
{
	snprintf(name, LIVEUPDATE_SESSION_NAME_LENGTH, "%s-%s", file->name, outcome);
}

/* ENOMEM: the pages that must move do not fit into boot memory. */
static bool refused(const struct file *file)
{
	return file->err == -EADDRNOTAVAIL || file->err == -ENOMEM;
}

static void save_file(struct file *file)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];
	int session, marker;

	create(file);
	file->nr_added = count_added(file);
	name_session(name, file, "file");
	session = session_create(name);
	file->err = luo_session_preserve_fd(session, file->fd, 1);
	ksft_print_msg("%s: %lu of %lu pages are in memory that was added: %s\n",
		       file->name, file->nr_added, file->nr_pages,
		       strerror(-file->err));
	if (!file->err) {
		name_session(name, file, "saved");
		marker = session_create(name);
		ksft_print_msg("session %d\n", marker);
	} else {
		close(session);
	}
	ksft_test_result(!file->err || refused(file),
			 "%s: saved or refused\n", file->name);
	ksft_test_result(matches(file), "%s: unchanged\n", file->name);
}

static void save(void)
{
	ksft_set_plan(10);
	save_file(&small);
	large.nr_pages = count_free() - PAGES(REST);
	if (access(HANDLER, F_OK))
		ksft_test_result(small.nr_added > 0 && small.err == -EADDRNOTAVAIL,
				 "small: refused by stock's handler\n");
	else
		ksft_test_result(small.nr_added > 0 && !small.err,
				 "small: moved out of memory that was added\n");
	save_file(&large);
	ksft_test_result(large.nr_added > 0, "large: in memory that was added\n");
	ksft_test_result(refused(&large), "large: refused\n");
	save_file(&last);
	ksft_test_result(last.nr_added || !last.err, "last: saved\n");
	close(large.fd);
	session_hold();
}

static bool exists(const char *name)
{
	int luo = luo_open_device();
	int session = luo < 0 ? luo : luo_retrieve_session(luo, name);

	if (session < 0)
		return false;
	session_finish(session);
	close(luo);
	return true;
}

static void check_file(struct file *file)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH];
	int session;

	name_session(name, file, "saved");
	if (!exists(name)) {
		ksft_test_result_skip("%s: was refused\n", file->name);
		return;
	}
	name_session(name, file, "file");
	session = session_retrieve(name);
	file->fd = session_retrieve_file(session, 1);
	ksft_test_result(matches(file), "%s: unchanged\n", file->name);
	session_finish(session);
}

int main(int argc, char **argv)
{
	ksft_print_header();
	if (argc > 1 && !strcmp(argv[1], "check")) {
		ksft_set_plan(2);
		check_file(&small);
		check_file(&last);
	} else {
		save();
	}
	ksft_finished();
}
