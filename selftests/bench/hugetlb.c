// SPDX-License-Identifier: GPL-2.0
/*
 * hugetlb uptime               - print the time since the kernel was booted
 * hugetlb metadata WORK MIB NR - create a file of NR huge pages of MIB MiB, preserve it, and
 *                                print the size of what KHO has about it
 * hugetlb preserve WORK MIB NR - do so, print the time, and hold the session
 * hugetlb boot     WORK MIB NR - print what the boot has cost more than the one of the
 *                                previous kernel, whose uptime is in hugetlb_base= on the
 *                                command line
 * hugetlb retrieve WORK MIB NR - retrieve the file
 */
#define _GNU_SOURCE
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/figure.h"
#include "../luo_lib/kho.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"

#define SESSION		"hugetlb"
#define BASE		"hugetlb_base="
#define LEDGER		"/sys/kernel/luo_ledger/"

static const char *work;
static unsigned long page_size, nr_pages;

static void report(const char *name, long value, const char *unit)
{
	figure(work, nr_pages * (page_size >> 10), name, value, unit, 0);
	ksft_print_msg("%s: %ld for each page\n", name, value / (long)nr_pages);
}

/* One CPU, which counts an instruction as a nanosecond. */
static long uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

static void boot(void)
{
	long now = uptime(), base;
	char line[4096], *word;
	FILE *file = fopen("/proc/cmdline", "r");

	word = file && fgets(line, sizeof(line), file) ? strstr(line, BASE) : NULL;
	if (!word)
		ksft_exit_fail_msg("no " BASE "\n");
	base = atol(word + strlen(BASE));
	report("boot", now - base, "instructions");
	fclose(file);
}

static int create(void)
{
	unsigned int shift = __builtin_ctzl(page_size);
	int fd = memfd_create("huge", MFD_HUGETLB | shift << MFD_HUGE_SHIFT);
	char *map;

	if (fd < 0 || ftruncate(fd, nr_pages * page_size))
		ksft_exit_fail_perror("memfd");
	map = mmap(NULL, nr_pages * page_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   fd, 0);
	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	for (unsigned long i = 0; i < nr_pages; i++)
		map[i * page_size] = i;
	munmap(map, nr_pages * page_size);
	return fd;
}

/* Only a kernel without a previous one shows what KHO has. */
static void metadata(void)
{
	int fd = create(), session = session_create(SESSION);
	struct kho before = kho_read(), after;

	session_preserve(session, fd, 0);
	after = kho_read();
	report("metadata", after.bytes - before.bytes - nr_pages * page_size,
	       "bytes");
	close(session);
}

static void preserve(void)
{
	int fd = create(), session = session_create(SESSION);
	uint64_t start = counter();

	session_preserve(session, fd, 0);
	report("preserve", counter() - start, "instructions");
	session_hold();
}

static void retrieve(void)
{
	int session = session_retrieve(SESSION), fd;
	uint64_t start = counter();
	char c;

	fd = session_retrieve_file(session, 0);
	report("retrieve", counter() - start, "instructions");
	report("freeze", file_get(LEDGER "devices") - file_get(LEDGER "freeze"),
	       "instructions");
	session_finish(session);
	if (pread(fd, &c, 1, (nr_pages - 1) * page_size) != 1 || c != (char)(nr_pages - 1))
		ksft_exit_fail_msg("other contents\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "uptime")) {
		printf("%ld\n", uptime());
		return 0;
	}
	if (argc != 5)
		return 2;
	work = argv[2];
	page_size = strtoul(argv[3], NULL, 0) << 20;
	nr_pages = strtoul(argv[4], NULL, 0);
	if (!strcmp(what, "boot"))
		boot();
	else if (!strcmp(what, "metadata"))
		metadata();
	else if (!strcmp(what, "preserve"))
		preserve();
	else if (!strcmp(what, "retrieve"))
		retrieve();
	else
		return 2;

	return 0;
}
