// SPDX-License-Identifier: GPL-2.0
/* What the tests of hugetlb files share: making and comparing files, and the counts of the pool. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/memfd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "hugetlb.h"

#define MOUNT		"/tmp/hugetlbfs"
#define PRESENT		0x7fffffffffffffUL	/* the frame in a pagemap entry */

size_t huge_size(void)
{
	const char *kb = getenv("HUGE_KB");

	return kb ? strtoul(kb, NULL, 0) << 10 : 2 << 20;
}

static long pool_get(int node, const char *what)
{
	char path[128];

	if (node < 0)
		snprintf(path, sizeof(path),
			 "/sys/kernel/mm/hugepages/hugepages-%zukB/%s",
			 huge_size() >> 10, what);
	else
		snprintf(path, sizeof(path),
			 "/sys/devices/system/node/node%d/hugepages/hugepages-%zukB/%s",
			 node, huge_size() >> 10, what);
	return node >= 0 && access(path, R_OK) ? 0 : file_get(path);
}

struct counts counts_read(void)
{
	struct counts counts;

	for (int i = 0; i <= MAX_NODES; i++) {
		counts.nr[i] = pool_get(i - 1, "nr_hugepages");
		counts.free[i] = pool_get(i - 1, "free_hugepages");
		counts.surplus[i] = pool_get(i - 1, "surplus_hugepages");
	}
	counts.reserved = pool_get(-1, "resv_hugepages");
	return counts;
}

void counts_print(const char *when, const struct counts *counts)
{
	ksft_print_msg("%s: total %ld, free %ld, reserved %ld, surplus %ld\n", when,
		       counts->nr[0], counts->free[0], counts->reserved,
		       counts->surplus[0]);
	for (int i = 1; i <= MAX_NODES; i++)
		if (counts->nr[i] && counts->nr[i] != counts->nr[0])
			ksft_print_msg("  node %d: total %ld, free %ld, surplus %ld\n",
				       i - 1, counts->nr[i], counts->free[i],
				       counts->surplus[i]);
}

bool counts_same(const struct counts *a, const struct counts *b)
{
	if (!memcmp(a, b, sizeof(*a)))
		return true;
	counts_print("expected", a);
	counts_print("found", b);
	return false;
}

int huge_memfd(const char *name)
{
	unsigned int shift = __builtin_ctzl(huge_size());
	int fd = memfd_create(name, MFD_HUGETLB | MFD_ALLOW_SEALING |
			      shift << MFD_HUGE_SHIFT);

	if (fd < 0)
		ksft_exit_fail_perror("memfd_create");
	return fd;
}

int huge_file(const char *name, bool unlinked)
{
	char options[32], path[64];
	int fd;

	snprintf(options, sizeof(options), "pagesize=%zuK", huge_size() >> 10);
	mkdir(MOUNT, 0755);
	if (access(MOUNT "/mounted", F_OK) &&
	    (mount("hugetlbfs", MOUNT, "hugetlbfs", 0, options) ||
	     mkdir(MOUNT "/mounted", 0700)))
		ksft_exit_fail_perror("mount");
	snprintf(path, sizeof(path), MOUNT "/%s", name);
	fd = open(path, O_RDWR | O_CREAT, 0640);
	if (fd < 0 || fchown(fd, 12, 34) || (unlinked && unlink(path)))
		ksft_exit_fail_perror(path);
	return fd;
}

static void *huge_map(int fd, unsigned long page, unsigned long nr, int flags)
{
	return mmap(NULL, nr * huge_size(), PROT_READ | PROT_WRITE,
		    MAP_SHARED | flags, fd, page * huge_size());
}

bool huge_write(int fd, unsigned long page, unsigned long seed)
{
	const unsigned long per_page = huge_size() / PAGE;
	char *map = huge_map(fd, page, 1, MAP_NORESERVE);

	if (map == MAP_FAILED)
		return false;
	for (unsigned long i = 0; i < per_page; i++)
		pattern_fill(map + i * PAGE, seed, page * per_page + i);
	return !munmap(map, huge_size());
}

bool huge_matches(int fd, unsigned long page, unsigned long seed)
{
	const unsigned long per_page = huge_size() / PAGE;
	static char buffer[64 * PAGE];
	ssize_t len;

	for (unsigned long i = 0; i < per_page; i += 64) {
		len = pread(fd, buffer, sizeof(buffer),
			    page * huge_size() + i * PAGE);
		if (len != sizeof(buffer))
			return false;
		for (unsigned long j = 0; j < 64; j++)
			if (!pattern_matches(buffer + j * PAGE, PAGE, seed,
					     page * per_page + i + j))
				return false;
	}
	return true;
}

bool huge_reserve(int fd, unsigned long page, unsigned long nr)
{
	/* Also if the memory of this program is locked, no page is added. */
	void *map = mmap(NULL, nr * huge_size(), PROT_NONE, MAP_SHARED, fd,
			 page * huge_size());

	return map != MAP_FAILED && !munmap(map, nr * huge_size());
}

bool huge_punch(int fd, unsigned long page, unsigned long nr)
{
	return !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  page * huge_size(), nr * huge_size());
}

unsigned long huge_frame(int fd, unsigned long page)
{
	volatile char *map = huge_map(fd, page, 1, MAP_NORESERVE);
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	if (map == MAP_FAILED || pagemap < 0)
		return 0;
	(void)map[0];
	if (pread(pagemap, &entry, sizeof(entry),
		  (unsigned long)map / PAGE * sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(pagemap);
	munmap((void *)map, huge_size());
	return entry & PRESENT;
}

long huge_present(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? -1 : st.st_blocks * 512L / (long)huge_size();
}
