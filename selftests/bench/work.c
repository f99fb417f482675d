// SPDX-License-Identifier: GPL-2.0
/* Files that are slow to preserve, for different reasons. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "work.h"

#define HUGE		(2UL << 20)
#define PCP_FRACTION	"/proc/sys/vm/percpu_pagelist_high_fraction"
#define FEW		1000000
#define DEFAULT		0
#define OTHER_FILES	64
#define VMSTAT		"/proc/vmstat"
#define MOVED		"pgmigrate_success"

static const struct work works[] = {
	{ .name = "dense", .step = 1 },
	{ .name = "sparse", .step = 256 },
	{ .name = "interleaved", .step = 1, .interleaved = true },
	{ .name = "reused", .step = 1, .reused = true },
	{ .name = "huge", .step = 1, .huge = true },
	{ .name = "small", .step = 1, .file_size = 64 << 10 },
	{ .name = "late-1", .step = 2, .late = 1 },
	{ .name = "late-1000", .step = 2, .late = 1000 },
};

static unsigned long parse_kib(const char *text)
{
	char *end;
	unsigned long size = strtoul(text, &end, 10);

	return *end == 'K' ? size : size << 10;
}

static void allow_files(int nr)
{
	rlim_t limit = nr + OTHER_FILES;
	struct rlimit rlimit = { .rlim_cur = limit, .rlim_max = limit };

	if (setrlimit(RLIMIT_NOFILE, &rlimit))
		ksft_exit_fail_perror("setrlimit");
}

struct work work_new(const char *name, const char *size)
{
	size_t len = strcspn(name, ":");
	struct work work;

	for (size_t i = 0; i < ARRAY_SIZE(works); i++) {
		if (strlen(works[i].name) != len || strncmp(name, works[i].name, len))
			continue;
		work = works[i];
		work.label = name[len] ? name + len + 1 : name;
		work.kib = parse_kib(size);
		work.size = work.file_size ?: work.kib << 10;
		work.nr = work.size ? (work.kib << 10) / work.size : 0;
		work.fds = calloc(work.nr + 1, sizeof(*work.fds));
		work.maps = calloc(work.nr + 1, sizeof(*work.maps));
		if (!work.fds || !work.maps)
			ksft_exit_fail_perror("calloc");
		work.fds[work.nr] = -1;
		allow_files(work.nr);
		return work;
	}
	ksft_exit_fail_msg("what is %s?\n", name);
}

/* Map a file at an address at which its huge pages can be mapped as such. */
static char *map_aligned(int fd, size_t size)
{
	char *area, *map;

	area = mmap(NULL, size + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	map = area + HUGE - (uintptr_t)area % HUGE;
	map = mmap(map, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap");

	return map;
}

/* Return the first word of a page. It differs between all pages of all files. */
static uint64_t word(int file, size_t offset)
{
	return ((uint64_t)file << 40 | offset / PAGE) * 0x9e3779b97f4a7c15ULL + 1;
}

static void create(struct work *work, int i)
{
	work->fds[i] = memfd_create(work->name, 0);
	if (work->fds[i] < 0 || ftruncate(work->fds[i], work->size))
		ksft_exit_fail_perror("memfd");
	work->maps[i] = map_aligned(work->fds[i], work->size);
}

/* Freed pages are allocated again in the order of the lists of the CPU. */
static void reuse(struct work *work)
{
	create(work, 0);
	if (madvise(work->maps[0], work->size, MADV_POPULATE_WRITE))
		ksft_exit_fail_perror("madvise");
	munmap(work->maps[0], work->size);
	close(work->fds[0]);
}

void work_create(struct work *work)
{
	char *other;

	if (!work->nr)
		return;
	/*
	 * A CPU allocates the pages in its lists in the reverse order. If it has
	 * few pages, freed pages become large blocks again, and a file is as
	 * contiguous in memory as its work says.
	 */
	file_set(PCP_FRACTION, work->reused ? DEFAULT : FEW);
	if (work->reused)
		reuse(work);
	if (work->huge)
		shmem_enable_huge("always");
	for (int i = 0; i < work->nr + work->interleaved; i++)
		create(work, i);
	other = work->maps[work->nr];
	for (int i = 0; i < work->nr; i++) {
		for (size_t at = 0; at < work->size; at += work->step * PAGE) {
			*(uint64_t *)(work->maps[i] + at) = word(i, at);
			if (other)
				*(uint64_t *)(other + at) = 1;
		}
	}
	if (!work->huge)
		return;
	shmem_enable_huge("never");
	if (meminfo("ShmemHugePages") < (long)(work->nr * work->size >> 10))
		ksft_exit_fail_msg("not all pages are huge\n");
}

/* Return a hole after one of the written pages, each hole only once. */
static size_t late_offset(const struct work *work, unsigned int i)
{
	size_t nr_holes = work->size / PAGE / work->step;

	return (nr_holes * i / work->late * work->step + 1) * PAGE;
}

void work_add_late(const struct work *work)
{
	for (int i = 0; i < work->nr; i++)
		for (unsigned int j = 0; j < work->late; j++) {
			size_t at = late_offset(work, j);

			*(uint64_t *)(work->maps[i] + at) = word(i, at);
		}
}

void work_punch(const struct work *work)
{
	size_t step = work->step * PAGE;

	if (work->step == 1)
		return;
	for (int i = 0; i < work->nr; i++)
		for (size_t at = 0; at < work->size; at += step)
			if (fallocate(work->fds[i],
				      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				      at + PAGE, step - PAGE))
				ksft_exit_fail_perror("punch");
}

void work_map(struct work *work)
{
	for (int i = 0; i < work->nr; i++)
		work->maps[i] = map_aligned(work->fds[i], work->size);
}

static bool is_word(const struct work *work, int i, size_t at)
{
	return *(uint64_t *)(work->maps[i] + at) == word(i, at);
}

bool work_read(const struct work *work)
{
	bool good = true;

	for (int i = 0; i < work->nr; i++) {
		for (size_t at = 0; at < work->size; at += work->step * PAGE)
			good &= is_word(work, i, at);
		for (unsigned int j = 0; j < work->late; j++)
			good &= is_word(work, i, late_offset(work, j));
	}

	return good;
}

void work_preserve(const struct work *work, int session)
{
	for (int i = 0; i < work->nr; i++)
		session_preserve(session, work->fds[i], i);
}

void work_retrieve(struct work *work, int session)
{
	for (int i = 0; i < work->nr; i++)
		work->fds[i] = session_retrieve_file(session, i);
}

void work_end(struct work *work)
{
	for (int i = 0; i <= work->nr; i++) {
		if (work->maps[i])
			munmap(work->maps[i], work->size);
		if (work->fds[i] >= 0)
			close(work->fds[i]);
	}
	free(work->maps);
	free(work->fds);
}

unsigned long work_pages(const struct work *work)
{
	return work->nr * (work->size / work->step / PAGE);
}

long work_memory(const struct work *work)
{
	struct stat stat;
	long sum = 0;

	for (int i = 0; i < work->nr; i++) {
		if (fstat(work->fds[i], &stat))
			ksft_exit_fail_perror("fstat");
		sum += stat.st_blocks * 512;
	}

	return sum;
}

long work_moved(void)
{
	return file_get_word(VMSTAT, MOVED);
}

void work_figure(const struct work *work, const char *name, long value, const char *unit)
{
	figure(work->label, work->kib, name, value, unit, work_pages(work));
}

void work_figure_since(const struct work *work, const char *name, uint64_t start)
{
	work_figure(work, name, counter() - start, "instructions");
}
