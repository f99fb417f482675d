// SPDX-License-Identifier: GPL-2.0
/*
 * random save|pass|check
 *
 * Makes random files, and changes them in each generation at random, before and after
 * they are preserved. The random numbers repeat: each generation repeats the changes of
 * all earlier ones without a file to know the expected content. Another file carries
 * what the kernel reports about each file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define CGROUP		"/sys/fs/cgroup/random"
#define OBJECTS		"/sys/kernel/luo_objects"	/* not in a stock kernel */
#define NR_FILES	48
#define MAX_PAGES	4096
#define MAX_RUN		700
#define MAX_CHANGES	24
#define SLACK_KIB	1024
#define SOME_SEALS	(F_SEAL_GROW | F_SEAL_SHRINK)

/**
 * struct file - The expected content of a file.
 * @fd:    The file, or -1 while changes are repeated without one.
 * @size:  Size in bytes.
 * @pos:   File position.
 * @seals: F_SEAL_*.
 * @seeds: The seed of the content of each page, 0 for zeroes.
 */
struct file {
	int fd;
	off_t size;
	off_t pos;
	unsigned int seals;
	uint32_t seeds[MAX_PAGES + 1];
};

static struct file files[NR_FILES];
static blkcnt_t blocks[NR_FILES];
static uint64_t chance_state;

static unsigned long chance(unsigned long below)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (chance_state >> 16) % below;
}

static void chance_seed(int nr, int generation, int phase)
{
	chance_state = 1 + nr + 1000 * generation + 100000 * phase;
	for (int i = 0; i < 20; i++)
		chance(1);
}

static unsigned long nr_pages(const struct file *file)
{
	return (file->size + PAGE - 1) / PAGE;
}

static size_t page_len(const struct file *file, unsigned long index)
{
	off_t left = file->size - index * PAGE;

	return left < PAGE ? left : PAGE;
}

static bool by_mmap(int fd, const void *page, size_t len, off_t offset)
{
	void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 offset);

	if (map == MAP_FAILED)
		return false;
	memcpy(map, page, len);
	return !munmap(map, PAGE);
}

static void write_page(struct file *file, unsigned long index, uint32_t seed,
		       bool map)
{
	size_t len = page_len(file, index);
	unsigned char page[PAGE];

	file->seeds[index] = seed;
	if (file->fd < 0)
		return;
	pattern_fill(page, seed, index);
	if (map ? !by_mmap(file->fd, page, len, index * PAGE) :
		  pwrite(file->fd, page, len, index * PAGE) != (ssize_t)len)
		ksft_exit_fail_perror("write");
}

/* Choose a run of pages, which may begin and end at huge pages. */
static unsigned long chance_run(const struct file *file, unsigned long *start)
{
	unsigned long left;

	*start = chance(nr_pages(file));
	if (!chance(4))
		*start -= *start % 512;
	left = nr_pages(file) - *start;
	return 1 + chance(left < MAX_RUN && chance(2) ? left : left < 20 ? left : 20);
}

static void change_write(struct file *file)
{
	unsigned long start, run = chance_run(file, &start);
	unsigned long step = chance(3) ? 1 : 1 + chance(5);
	uint32_t seed = 1 + chance(1 << 30);
	bool huge = !chance(3), map = chance(2), back = chance(2);

	if (file->fd >= 0)
		shmem_enable_huge(huge ? "always" : "never");
	/* Pages that are written in descending order are in descending order in memory. */
	for (unsigned long i = 0; i < run; i += step)
		write_page(file, start + (back ? run - 1 - i : i), seed, map);
	if (file->fd >= 0)
		shmem_enable_huge("never");
}

/* A stock kernel refuses fallocate() while the file is preserved. */
static bool change_refused(struct file *file, int mode, off_t start, off_t len)
{
	if (file->fd < 0 || !fallocate(file->fd, mode, start, len))
		return false;
	if (errno != EPERM || !access(OBJECTS, F_OK))
		ksft_exit_fail_perror("fallocate");
	return true;
}

/* Zeroes have the content of a hole. */
static void change_punch(struct file *file)
{
	unsigned long start, run = chance_run(file, &start);

	memset(file->seeds + start, 0, run * sizeof(*file->seeds));
	if (!change_refused(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			    start * PAGE, run * PAGE))
		return;
	for (unsigned long i = start; i < start + run; i++)
		write_page(file, i, 0, false);
}

/* Not beyond the end, which a seal may forbid. */
static void change_allocate(struct file *file)
{
	unsigned long start, run = chance_run(file, &start);
	off_t len = (run - 1) * PAGE + page_len(file, start + run - 1);

	change_refused(file, FALLOC_FL_KEEP_SIZE, start * PAGE, len);
}

/* The truncated part of a page is zero, so the page must be written again. */
static void change_size(struct file *file)
{
	unsigned long old = nr_pages(file), last = file->size / PAGE;
	bool truncated = file->size % PAGE;
	off_t size = chance(chance(3) ? MAX_PAGES * PAGE : 20 * PAGE);
	uint32_t seed = 1 + chance(1 << 30);

	if (file->seals & SOME_SEALS)
		return;
	file->size = size;
	if (file->fd >= 0 && ftruncate(file->fd, size))
		ksft_exit_fail_perror("ftruncate");
	for (unsigned long i = nr_pages(file); i < old; i++)
		file->seeds[i] = 0;
	if (truncated && last < nr_pages(file) && page_len(file, last))
		write_page(file, last, seed, false);
}

static void change(struct file *file, bool preserved)
{
	unsigned long what = chance(10);

	if (!file->size) {
		if (!preserved)
			change_size(file);
	} else if (what < 5) {
		change_write(file);
	} else if (what < 7) {
		change_punch(file);
	} else if (preserved || what < 9) {
		change_allocate(file);
	} else {
		change_size(file);
	}
}

static void play_before(struct file *file, int nr, int generation)
{
	chance_seed(nr, generation, 0);
	if (generation == 1)
		change_size(file);
	for (unsigned long i = chance(MAX_CHANGES); i; i--)
		change(file, false);
	file->pos = chance(1L << 40);
	if (!chance(8))
		file->seals |= SOME_SEALS;
	if (file->fd >= 0 &&
	    (lseek(file->fd, file->pos, SEEK_SET) < 0 ||
	     fcntl(file->fd, F_ADD_SEALS, file->seals)))
		ksft_exit_fail_perror("seals");
}

static void play_after(struct file *file, int nr, int generation)
{
	chance_seed(nr, generation, 1);
	for (unsigned long i = chance(MAX_CHANGES / 2); i; i--)
		change(file, true);
}

static blkcnt_t file_blocks(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		ksft_exit_fail_perror("fstat");
	return stat.st_blocks;
}

static bool check_page(const struct file *file, unsigned long index)
{
	size_t len = page_len(file, index);
	unsigned char page[PAGE];

	if (pread(file->fd, page, len, index * PAGE) == (ssize_t)len &&
	    pattern_matches(page, len, file->seeds[index], index))
		return true;
	ksft_print_msg("page %lu of %lu is not what was written\n", index,
		       nr_pages(file));
	return false;
}

static bool check_file(const struct file *file, int nr)
{
	int seals = fcntl(file->fd, F_GET_SEALS);
	off_t pos = lseek(file->fd, 0, SEEK_CUR);
	struct stat stat;

	fstat(file->fd, &stat);
	for (unsigned long i = 0; i < nr_pages(file); i++)
		if (!check_page(file, i))
			return false;
	if (stat.st_size == file->size && stat.st_blocks == blocks[nr] &&
	    seals == (int)file->seals && pos == file->pos)
		return true;
	ksft_print_msg("size %ld, not %ld; blocks %ld, not %ld\n",
		       stat.st_size, file->size, stat.st_blocks, blocks[nr]);
	ksft_print_msg("seals %#x, not %#x; position %ld, not %ld\n", seals,
		       file->seals, pos, file->pos);
	return false;
}

static void enter_cgroup(void)
{
	int fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY);

	if (fd < 0 || write(fd, "+memory", 7) != 7 || mkdir(CGROUP, 0755))
		ksft_exit_fail_perror(CGROUP);
	close(fd);
	file_set(CGROUP "/cgroup.procs", 0);
}

static bool is_near(const char *what, long kib, long wanted)
{
	ksft_print_msg("%s: %ld KiB, the files have %ld KiB\n", what, kib,
		       wanted);
	return labs(kib - wanted) < SLACK_KIB;
}

/* With luo_memfd.lazy=on, pages are counted when they have come. */
static void read_all(int fd)
{
	unsigned char page[PAGE];

	for (off_t at = 0; pread(fd, page, PAGE, at) > 0;)
		at += PAGE;
}

static void check_counters(long shmem_before)
{
	long kib = 0, shmem;

	for (int i = 0; i < NR_FILES; i++) {
		read_all(files[i].fd);
		kib += file_blocks(files[i].fd) / 2;
	}
	shmem = meminfo("Shmem") - shmem_before;
	ksft_test_result(is_near("Shmem", shmem, kib) &&
			 is_near("shmem of the group",
				 file_get_word(CGROUP "/memory.stat", "shmem") >> 10,
				 kib) &&
			 is_near("file of the group",
				 file_get_word(CGROUP "/memory.stat", "file") >> 10,
				 kib),
			 "all pages are counted\n");
}

static void retrieve_files(void)
{
	long shmem = meminfo("Shmem");
	int session, fd;

	enter_cgroup();
	session = session_retrieve("random");
	for (int i = 0; i < NR_FILES; i++)
		files[i].fd = session_retrieve_file(session, i);
	fd = session_retrieve_file(session, NR_FILES);
	if (pread(fd, blocks, sizeof(blocks), 0) != sizeof(blocks))
		ksft_exit_fail_perror("blocks");
	close(fd);
	session_finish(session);
	check_counters(shmem);
	for (int i = 0; i < NR_FILES; i++)
		ksft_test_result(check_file(&files[i], i), "seed %d\n", i);
}

static void play_through(int generation)
{
	for (int i = 0; i < NR_FILES; i++) {
		files[i].fd = -1;
		for (int g = 1; g <= generation; g++) {
			play_before(&files[i], i, g);
			play_after(&files[i], i, g);
		}
	}
}

static void preserve_files(void)
{
	int session = session_create("random");
	int fd = memfd_create("blocks", 0);

	for (int i = 0; i < NR_FILES; i++) {
		play_before(&files[i], i, stage());
		session_preserve(session, files[i].fd, i);
		play_after(&files[i], i, stage());
		blocks[i] = file_blocks(files[i].fd);
	}
	if (write(fd, blocks, sizeof(blocks)) != sizeof(blocks))
		ksft_exit_fail_perror("blocks");
	session_preserve(session, fd, NR_FILES);
	session_hold();
	ksft_test_result_pass("preserve\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool first = !strcmp(what, "save"), last = !strcmp(what, "check");

	ksft_print_header();
	ksft_set_plan(!first * (1 + NR_FILES) + !last);
	if (first) {
		for (int i = 0; i < NR_FILES; i++)
			files[i].fd = memfd_create("random", MFD_ALLOW_SEALING);
	} else {
		play_through(stage() - 1);
		retrieve_files();
	}
	if (!last)
		preserve_files();
	ksft_finished();
}
