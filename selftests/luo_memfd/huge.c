// SPDX-License-Identifier: GPL-2.0
/*
 * huge save|pass|check
 *
 * Checks that huge pages stay huge pages, alone or among small ones, in files that were
 * truncated or that end within one. Another file carries the memory of each file and
 * the number of huge pages.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define HUGE		(2L << 20)
#define HUGE_PAGES	512
#define HUGE_KIB	2048
#define MIN_HUGE	13
#define SEED		1000
#define NR_FILES	ARRAY_SIZE(files)

/**
 * struct huge_file - A file with huge pages in it.
 * @shape: Its content. @before is written with huge pages enabled. @after is written
 *         with huge pages disabled first.
 * @new_size: Its final size, unless 0.
 * @punch: Offset of a page that is punched out, unless 0.
 */
struct huge_file {
	struct shape shape;
	off_t new_size;
	off_t punch;
};

static const struct huge_file files[] = {
	{ .shape = { "without holes", .size = 4 * HUGE,
		     .before = PAGES(0, 1, 1, 4 * HUGE_PAGES) } },
	{ .shape = { "hardly written", .size = 4 * HUGE,
		     .before = PAGES(7, HUGE_PAGES, 1, 4) } },
	{ .shape = { "among small pages and holes", .size = 8 * HUGE,
		     .before = PAGES(0, 6 * HUGE_PAGES, HUGE_PAGES, 2),
		     .after = PAGES(2 * HUGE_PAGES, 3, 1, 200) } },
	{ .shape = { "truncated in the middle", .size = 4 * HUGE,
		     .before = PAGES(0, 1, 1, 4 * HUGE_PAGES) },
	  .new_size = HUGE + 5 * PAGE + 10 },
	{ .shape = { "with a hole in the middle", .size = 2 * HUGE,
		     .before = PAGES(0, 1, 1, 300) },
	  .punch = 400 * PAGE },
	{ .shape = { "with its end in the middle", .size = HUGE + 1,
		     .before = PAGES(0, HUGE_PAGES, 1, 2) } },
};

static struct totals {
	long blocks[NR_FILES];
	long huge_kib;
} totals;

static int fds[NR_FILES];

static struct shape final_shape(const struct huge_file *file)
{
	struct shape shape = file->shape;

	if (file->new_size)
		shape.size = file->new_size;
	return shape;
}

static int create(const struct huge_file *file)
{
	int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	int fd;

	shmem_enable_huge("always");
	fd = shape_create(&file->shape, SEED);
	shmem_enable_huge("never");
	if ((file->new_size && ftruncate(fd, file->new_size)) ||
	    (file->punch && fallocate(fd, mode, file->punch, PAGE)) ||
	    !shape_touch(&file->shape, fd, stage()))
		ksft_exit_fail_perror(file->shape.name);
	return fd;
}

static struct totals count(void)
{
	struct totals now = { .huge_kib = meminfo("ShmemHugePages") };
	struct stat stat;

	for (size_t i = 0; i < NR_FILES; i++) {
		fstat(fds[i], &stat);
		now.blocks[i] = stat.st_blocks;
	}
	return now;
}

static bool same_blocks(int i, const struct totals *now)
{
	if (now->blocks[i] == totals.blocks[i])
		return true;
	ksft_print_msg("%s: %ld blocks, not %ld\n", files[i].shape.name,
		       now->blocks[i], totals.blocks[i]);
	return false;
}

static bool same_huge(const struct totals *now)
{
	ksft_print_msg("%ld huge pages, %ld before\n",
		       now->huge_kib / HUGE_KIB, totals.huge_kib / HUGE_KIB);
	return now->huge_kib == totals.huge_kib;
}

static void create_files(void)
{
	for (size_t i = 0; i < NR_FILES; i++)
		fds[i] = create(&files[i]);
	totals = count();
	ksft_test_result(totals.huge_kib >= MIN_HUGE * HUGE_KIB,
			 "there are huge pages\n");
}

static void preserve_files(void)
{
	int session = session_create("huge");
	int fd = memfd_create("totals", 0);
	struct totals now;

	for (size_t i = 0; i < NR_FILES; i++)
		session_preserve(session, fds[i], i);
	now = count();
	ksft_test_result(same_huge(&now), "preserve: as many huge pages\n");
	for (size_t i = 0; i < NR_FILES; i++) {
		struct shape shape = final_shape(&files[i]);

		ksft_test_result(shape_touch(&shape, fds[i], stage()) &&
				 same_blocks(i, &now), "preserve: %s\n",
				 shape.name);
	}
	if (write(fd, &totals, sizeof(totals)) != sizeof(totals))
		ksft_exit_fail_perror("totals");
	session_preserve(session, fd, NR_FILES);
	session_hold();
}

/* The first file has only huge pages. */
static bool is_mapped_huge(void)
{
	long mapped, size = files[0].shape.size;
	char *area = mmap(NULL, size + HUGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *map = area + HUGE - (unsigned long)area % HUGE;

	map = mmap(map, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		   fds[0], 0);
	if (area == MAP_FAILED || map == MAP_FAILED ||
	    madvise(map, size, MADV_POPULATE_WRITE))
		ksft_exit_fail_perror("mmap");
	mapped = meminfo("ShmemPmdMapped");
	munmap(area, size + HUGE);
	ksft_print_msg("%ld KiB are mapped as huge pages\n", mapped);
	return mapped == size >> 10;
}

static void retrieve_files(void)
{
	int session = session_retrieve("huge");
	int fd = session_retrieve_file(session, NR_FILES);
	struct totals now;

	if (pread(fd, &totals, sizeof(totals), 0) != sizeof(totals))
		ksft_exit_fail_perror("totals");
	for (size_t i = 0; i < NR_FILES; i++)
		fds[i] = session_retrieve_file(session, i);
	session_finish(session);
	now = count();
	for (size_t i = 0; i < NR_FILES; i++) {
		struct shape shape = final_shape(&files[i]);

		ksft_test_result(same_blocks(i, &now) &&
				 shape_check(&shape, fds[i], SEED, stage() - 1),
				 "retrieve: %s\n", shape.name);
	}
	/* With luo_memfd.lazy=on, all pages have come only now. */
	now = count();
	ksft_test_result(same_huge(&now), "retrieve: as many huge pages\n");
	ksft_test_result(is_mapped_huge(), "retrieve: mapped as huge pages\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan(1 + (!first + !last) * (1 + NR_FILES));
	if (first)
		create_files();
	else
		retrieve_files();
	if (!last)
		preserve_files();
	ksft_finished();
}
