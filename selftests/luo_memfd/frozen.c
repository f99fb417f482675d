// SPDX-License-Identifier: GPL-2.0
/*
 * frozen
 *
 * Checks which operations on a file succeed and which fail while it is preserved, and
 * that all succeed after its session is closed.
 */
#include <stdlib.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define ROUNDS		400
#define SLACK_KIB	1024
#define TOKEN_BALLOON	100
#define TOKEN_SEALED	101

static const struct shape files[] = {
	{ "dense", .size = 16 << 20, .before = PAGES(0, 1, 1, 4096),
	  .after = PAGES(0, 3, 1, 100) },
	{ "sparse", .size = 1L << 40, .before = PAGES(7, 1L << 20, 2, 100),
	  .after = PAGES(11, 1L << 20, 2, 100), .by = BY_MMAP },
	{ "empty" },
};

static const struct shape balloon = { "balloon", .size = 64 << 20,
				      .before = PAGES(0, 1, 1, 16384) };

static const struct shape too_big = { "16 TiB", .size = 1L << 44 };

static int fds[ARRAY_SIZE(files)];

static int result_of(int ret)
{
	return ret ? -errno : 0;
}

static void check_refused(const struct shape *shape, int fd)
{
	int mode = FALLOC_FL_KEEP_SIZE, punch = mode | FALLOC_FL_PUNCH_HOLE;

	ksft_test_result(result_of(ftruncate(fd, shape->size + 1)) == -EPERM,
			 "%s: cannot grow\n", shape->name);
	if (!shape->size)
		return;
	ksft_test_result(result_of(ftruncate(fd, shape->size - 1)) == -EPERM,
			 "%s: cannot shrink\n", shape->name);
	ksft_test_result(!fallocate(fd, 0, 0, 4096) &&
			 !fallocate(fd, mode, shape->size, 4096),
			 "%s: can be allocated\n", shape->name);
	ksft_test_result(result_of(fallocate(fd, 0, shape->size, 4096)) == -EPERM,
			 "%s: cannot be allocated beyond its end\n", shape->name);
	ksft_test_result(!fallocate(fd, punch, 0, 4096) &&
			 !fallocate(fd, punch, shape->size, 4096) &&
			 lseek(fd, 0, SEEK_DATA) > 0 && !lseek(fd, 0, SEEK_SET),
			 "%s: can get a hole\n", shape->name);
	ksft_test_result(result_of(pwrite(fd, "", 1, shape->size) != 1) == -EPERM,
			 "%s: cannot be written beyond its end\n", shape->name);
	ksft_test_result(shape_touch(shape, fd, 2),
			 "%s: can be written within\n", shape->name);
}

/* The pages that a balloon releases are free at once. */
static void check_balloon(int session)
{
	int fd = shape_create(&balloon, 1);
	long before, after;

	session_preserve(session, fd, TOKEN_BALLOON);
	before = memory_free();
	for (off_t at = 0; at < balloon.size; at += 2 << 20)
		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      at, (2 << 20) - 4096))
			ksft_exit_fail_perror("fallocate");
	after = memory_free();
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before,
		       after);
	ksft_test_result(after - before > (balloon.size >> 10) - SLACK_KIB ||
			 !free_memory_is_exact(), "holes free their memory\n");
	close(fd);
}

static void check_seal(int session)
{
	int fd = shape_create(&balloon, 1), pipes[2];
	loff_t at = 0;

	session_preserve(session, fd, TOKEN_SEALED);
	if (pipe(pipes) || splice(fd, &at, pipes[1], NULL, 4096, 0) != 4096)
		ksft_exit_fail_perror("splice");
	ksft_test_result(result_of(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)) == -EBUSY,
			 "a file with a page in use is not sealed\n");
	close(pipes[0]);
	close(pipes[1]);
	ksft_test_result(!fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) &&
			 result_of(pwrite(fd, "", 1, 0) != 1) == -EPERM,
			 "a file is sealed against writing\n");
	close(fd);
}

static void check_back(const struct shape *shape, int fd)
{
	ksft_test_result(shape_check(shape, fd, 1, 2) &&
			 shape_check_blocks(shape, fd, false),
			 "%s: has what was written\n", shape->name);
	ksft_test_result(shape_check_alive(shape, fd),
			 "%s: grows and shrinks again\n", shape->name);
	ksft_test_result(!fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE),
			 "%s: is no longer pinned\n", shape->name);
}

static void check_errors(int session)
{
	int other = session_create("other");
	int big = shape_create(&too_big, 1);
	int null = open("/dev/null", O_RDWR);

	ksft_test_result(luo_session_preserve_fd(session, big, 0) == -EEXIST,
			 "a token is used only once\n");
	ksft_test_result(luo_session_preserve_fd(other, fds[0], 1) == -EBUSY,
			 "a file is preserved only once\n");
	ksft_test_result(luo_session_preserve_fd(other, null, 1) == -ENOENT,
			 "another kind of file is refused\n");
	ksft_test_result(luo_session_preserve_fd(other, big, 1) == -EFBIG,
			 "a file too big for version 0 is refused\n");
	ksft_test_result(shape_check_alive(&too_big, big),
			 "a file that was refused grows and shrinks\n");
	close(big);
	close(null);
	close(other);
}

static void preserve_files(int session)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		session_preserve(session, fds[i], i);
}

static void preserve_often(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		int session = session_create("round");

		preserve_files(session);
		close(session);
	}
}

/* The first rounds fill the kernel's caches. */
static bool rounds_leak_nothing(void)
{
	long before, after;

	preserve_often();
	before = memory_free();
	preserve_often();
	after = memory_free();
	ksft_print_msg("%d rounds: free memory %ld KiB before, %ld KiB after\n",
		       ROUNDS, before, after);
	return before - after < ROUNDS || !free_memory_is_exact();
}

int main(void)
{
	long before, after;
	int session;

	ksft_print_header();
	ksft_set_plan(1 + 2 * 7 + 5 + 3 + 3 * 3 + 2);
	before = memory_free();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		fds[i] = shape_create(&files[i], 1);
	session = session_create("frozen");
	preserve_files(session);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		check_refused(&files[i], fds[i]);
	check_errors(session);
	check_balloon(session);
	check_seal(session);
	close(session);

	ksft_test_result(rounds_leak_nothing(),
			 "400 rounds of preserving leak nothing\n");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		check_back(&files[i], fds[i]);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		close(fds[i]);
	after = memory_free();
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before,
		       after);
	ksft_test_result(memory_same(before, after, SLACK_KIB),
			 "all memory comes back\n");
	ksft_finished();
}
